import { REFUSAL, STREAM, SUCCESS, type Guide } from './guide.js'

export const guide: Guide = {
  title: 'Introduction',
  lead: 'Tout ce que fait Guichet, d’autres programmes peuvent le faire par HTTP. Cette référence est servie par l’appareil lui-même et décrit exactement ce que répond cette version\u202f; rien n’est chargé d’ailleurs.',
  sections: (address) => ({
    'guide-address': {
      title: 'Adresse',
      blocks: [
        { text: 'L’API de cet appareil commence à l’adresse\u00a0:' },
        { code: address, language: 'sh' },
        {
          text: 'Les corps sont en JSON, en UTF-8, sauf les envois de fichiers, qui sont des formulaires multipart. Les identifiants sont des UUID et les dates sont au format ISO 8601, en UTC. Chaque chemin fonctionne avec ou sans barre oblique finale. Les champs inconnus d’un corps sont ignorés.',
        },
      ],
    },
    'guide-credentials': {
      title: 'Identifiants',
      blocks: [
        { text: 'Il y en a de deux sortes, pour deux endroits\u00a0:' },
        {
          terms: [
            [
              'Clés du client',
              'Pour les serveurs\u00a0: `X-API-Key` et `X-API-Secret`, toujours les deux. Elles peuvent être limitées à des portées et à des assistants. Ne les mettez jamais dans une page web.',
            ],
            [
              'Token de widget',
              'Pour les navigateurs\u00a0: `Authorization: Bearer …`. Il s’obtient avec le seul identifiant public du client, vaut une heure, et ne permet que ce dont un visiteur a besoin.',
            ],
          ],
        },
        {
          code: `curl ${address}/auth/widget-token \\
  -H 'Content-Type: application/json' \\
  -d '{"client_id": "YOUR_CLIENT_ID"}'`,
          language: 'sh',
        },
      ],
    },
    'guide-envelope': {
      title: 'Réponses réussies',
      blocks: [
        {
          text: 'Le contenu d’une réussite est dans `data`. Les rares réponses sans cette enveloppe, comme le token de widget, sont décrites là où elles se présentent.',
        },
        { code: SUCCESS, language: 'json' },
      ],
    },
    'guide-errors': {
      title: 'Erreurs',
      blocks: [
        {
          text: 'Toutes les erreurs ont la même forme. `detail` est une phrase (en anglais) pour une personne, `code` un nom pour les programmes, et `data.errors` énumère les champs fautifs d’une erreur 422.',
        },
        { code: REFUSAL, language: 'json' },
        {
          text: 'L’identifiant d’une autre organisation donne 404, exactement comme un identifiant inconnu. Pour signaler un problème, indiquez le `X-Request-Id` de la réponse\u00a0: il figure aussi dans le journal.',
        },
      ],
    },
    'guide-lists': {
      title: 'Listes',
      blocks: [
        {
          text: 'Les listes acceptent `limit` (de 1 à 200) et `offset`. Elles répondent avec `total`, `limit` et `offset` à côté des éléments\u202f; la page suivante commence à `offset + limit`.',
        },
        { code: `${address}/assistants/?limit=50&offset=50`, language: 'sh' },
      ],
    },
    'guide-streaming': {
      title: 'Réponses en flux',
      blocks: [
        {
          text: 'Envoyez `Accept: text/event-stream` pour recevoir une réponse pendant sa rédaction. Chaque trame se compose de `data: `, d’une ligne de JSON et d’une ligne vide. Ignorez les trames dont vous ne connaissez pas le `type`. Un flux qui finit sans `done` ni `error` a été interrompu.',
        },
        { code: STREAM, language: 'js' },
      ],
    },
    'guide-idempotency': {
      title: 'Répéter une requête sans risque',
      blocks: [
        {
          text: 'Les requêtes de création tiennent compte de l’en-tête `Idempotency-Key` là où cette référence le dit. Choisissez une nouvelle clé pour chaque chose à créer. La même clé avec la même requête redonne la première réponse, pendant un jour, et ne crée rien deux fois.',
        },
      ],
    },
    'guide-limits': {
      title: 'Limites de débit',
      blocks: [
        {
          text: 'Les requêtes sont comptées par organisation et par heure. Les réponses comptées portent ces en-têtes\u00a0:',
        },
        {
          terms: [
            ['X-RateLimit-Limit', 'Requêtes permises par heure.'],
            ['X-RateLimit-Remaining', 'Combien il en reste.'],
            ['X-RateLimit-Reset', 'Quand le compte repart de zéro, en secondes depuis 1970.'],
            ['RateLimit, RateLimit-Policy', 'La même chose, comme l’écrit le brouillon de l’IETF.'],
            ['Retry-After', 'Avec 429 et 503\u00a0: combien de secondes attendre.'],
          ],
        },
      ],
    },
    'guide-browsers': {
      title: 'Navigateurs et CORS',
      blocks: [
        {
          text: 'Les pages de toute origine peuvent appeler l’API\u202f; les requêtes préliminaires reçoivent leur réponse. Ce qui la protège, ce sont les identifiants, qu’aucun navigateur n’ajoute de lui-même. Un client peut être lié à des sites nommés\u00a0: les tokens de widget ne sont alors donnés qu’à ceux-là.',
        },
      ],
    },
  }),
}
