import { guide } from './guide-fr.js'
import type { Words } from './words.js'

function bounds(least: string | null, most: string | null, unit: string): string {
  if (least === null || least === '0') return most === null ? '' : `Au plus ${most}${unit}`
  if (most === null) return `Au moins ${least}${unit}`
  return least === most ? `Exactement ${least}${unit}` : `De ${least} à ${most}${unit}`
}

// French sets a narrow no-break space before ; ! ? and a no-break space before : and inside « ».
export const fr: Words = {
  other: { code: 'en', name: 'English' },
  title: 'Référence de l’API',
  skip: 'Aller au texte',
  menu: 'Sommaire',
  close: 'Fermer',
  page: 'Poser une question',
  openApi: 'OpenAPI',
  version: (version) => `version ${version}`,
  loading: 'Un instant…',
  unreachable: 'Le serveur ne répond pas. Est-il en marche\u202f?',
  tryAgain: 'Réessayer',
  unknown: (id) => `Cet appareil n’a pas de point d’accès nommé «\u00a0${id}\u00a0».`,
  toGuide: 'Aller à l’introduction',

  contents: 'Sommaire',
  filter: 'Filtrer les points d’accès',
  filterHint: 'Filtrer',
  matches: (count) =>
    count === 0
      ? 'Aucun point d’accès ne correspond.'
      : count === 1
        ? '1 point d’accès'
        : `${String(count)} points d’accès`,
  guide,

  previous: 'Précédent',
  next: 'Suivant',
  access: 'Qui peut l’utiliser',
  anybody: 'Tout le monde, sans identifiants',
  anybodyMore: 'Tout le monde\u202f; avec des identifiants, la réponse est plus complète',
  keys: 'Clés du client',
  token: 'Token de widget',
  or: 'ou',
  scope: 'Les clés doivent avoir la portée',
  alsoAt: 'Aussi à l’adresse',
  idempotent: 'Peut être répété sans risque avec une `Idempotency-Key`.',

  parameters: 'Paramètres',
  places: { path: 'chemin', query: 'requête', header: 'en-tête' },
  body: 'Corps',
  form: 'Formulaire multipart',
  bodyOptional: 'Le corps peut être omis.',
  required: 'obligatoire',
  optional: 'parfois absent',
  orNull: 'ou null',
  listOf: (inner) => `liste de ${inner}`,
  mapOf: (inner) => `objet de ${inner}`,
  freeObject: 'objet (champs libres)',
  anything: 'toute valeur',
  file: 'fichier',
  characters: (least, most) => bounds(least, most, ' caractères'),
  entries: (least, most) => bounds(least, most, ' éléments'),
  range: (least, most) => (least === '0' && most === null ? 'Au moins 0' : bounds(least, most, '')),
  pattern: 'Motif',
  fallback: 'Par défaut',
  values: 'Au choix',
  always: 'Toujours',
  show: (count, inside) =>
    count === 1 ? `Montrer le champ de ${inside}` : `Montrer les ${String(count)} champs de ${inside}`,
  hide: (inside) => `Masquer les champs de ${inside}`,

  answers: 'Réponses',
  envelope: 'Dans le champ `data` de l’enveloppe\u00a0:',
  noData: 'L’enveloppe, avec `data` à null.',
  sameAs: (status) => `Le même corps que ${status}.`,
  empty: 'Pas de corps.',
  frames: 'Flux',
  framesMeaning:
    'Avec `Accept: text/event-stream`, des trames arrivent une à une. Chacune est l’une de celles-ci\u00a0:',
  refusals: 'Refus',
  refusalsMeaning: 'Ils ont tous le même corps\u00a0: `code` nomme la raison, `detail` l’explique.',
  anyStatus: 'autre',
  failureBody: 'Corps d’un refus',

  examples: 'Exemples',
  sampleAnswer: 'Réponse',
  copy: 'Copier',
  copied: 'Copié',
  stream: 'Recevoir la réponse en flux',

  tryIt: 'Essayer',
  tryItMeaning: 'Envoie une vraie requête à cet appareil.',
  credentials: 'Identifiants',
  credentialsMeaning:
    'Gardés dans la seule mémoire de cet onglet, jamais enregistrés\u00a0: un rechargement les oublie. Ils ne sont envoyés qu’à cet appareil.',
  clientId: 'Identifiant du client',
  clientSecret: 'Secret du client',
  widgetToken: 'Token de widget',
  useKeys: 'Clés du client',
  useToken: 'Token de widget',
  getToken: 'Obtenir un token avec cet identifiant',
  noToken: 'Impossible d’obtenir un token. Le serveur est-il en marche\u202f?',
  showSecrets: 'Montrer le secret et le token dans les exemples',
  noneNeeded: 'Ce point d’accès ne demande pas d’identifiants.',
  keysNeeded: 'Ce point d’accès refuse les tokens de widget\u00a0: utilisez les clés du client.',
  noJson: 'Ce n’est pas encore du JSON valide.',
  reset: 'Recommencer',
  unset: 'non défini',
  send: 'Envoyer',
  stop: 'Arrêter',
  missing: (names) => `À remplir d’abord\u00a0: ${names}.`,

  answer: 'Réponse',
  waiting: 'En attente de la réponse…',
  ms: (ms) => `${ms}\u00a0ms`,
  streaming: (count) => (count < 2 ? `${String(count)} trame reçue` : `${String(count)} trames reçues`),
  streamed: (count) => (count < 2 ? `${String(count)} trame` : `${String(count)} trames`),
  stopped: 'Vous avez arrêté cette requête.',
  broken:
    'Il n’y a pas eu de réponse complète\u00a0: le serveur est injoignable, ou la requête ne peut être envoyée ainsi.',
  headers: 'En-têtes',
  cut: 'La suite n’est pas affichée.',
}
