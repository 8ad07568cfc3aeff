import type { Words } from './words.js'

// French sets a narrow no-break space before ; ! ? and a no-break space before : and inside « ».
export const fr: Words = {
  otherLanguage: { code: 'en', name: 'English' },
  title: 'Interrogez vos documents.',
  promise:
    'La réponse vient des documents gardés sur cette machine, avec sa source. S’ils ne disent rien, on vous le dit.',
  skipToQuestion: 'Aller à votre question',
  conversation: 'Conversation',
  startOver: 'Nouvelle conversation',
  startOverShort: 'Nouvelle',
  examplesLabel: 'Pour commencer',
  examples: [
    'Comment ajouter un document\u202f?',
    'Comment créer une session\u202f?',
    'Que signifie le mode de réponse «\u00a0quote\u00a0»\u202f?',
  ],
  noAssistant: 'Il n’y a pas encore d’assistant. Créez-en un par l’API, puis rechargez cette page.',
  operatorExpired:
    'Ce lien d’opérateur a déjà servi ou a expiré. Vous pouvez tout de même poser des questions.',
  unreachable: 'Le serveur ne répond pas. Est-il en marche\u202f?',
  tryAgain: 'Réessayer',
  loading: 'Un instant…',

  askLabel: 'Votre question',
  askPlaceholder: 'Posez une question',
  send: 'Envoyer',
  stop: 'Arrêter',
  keys: 'Entrée pour envoyer, Maj + Entrée pour aller à la ligne',
  dropHere: 'Déposez pour ajouter aux documents',

  you: 'Vous avez demandé',
  searching: 'Recherche dans les documents',
  reading: (passages) =>
    passages < 2 ? `${String(passages)} passage trouvé` : `${String(passages)} passages trouvés`,
  writing: 'Rédaction',
  queued: (position, wait) =>
    `Numéro ${String(position)} dans la file${wait === null ? '' : `, environ ${wait}`}`,
  stopped: 'Vous avez arrêté cette réponse.',
  interrupted: 'Cette réponse a été interrompue avant la fin.',
  failed: 'Cela n’a pas pu être fait.',
  busy: (seconds) =>
    seconds === null
      ? 'L’assistant est occupé pour l’instant.'
      : `L’assistant est occupé. Réessayez dans ${String(seconds)}\u00a0s.`,
  retryIn: (seconds) => `Réessayez dans ${String(seconds)}\u00a0s.`,
  newTalk: 'La conversation précédente avait expiré. Une nouvelle commence ici.',

  modes: {
    verbatim: { name: 'Réponse enregistrée', meaning: 'Gardée pour cette question, mot pour mot.' },
    quote: { name: 'Citation', meaning: 'Mot pour mot, tirée de vos documents.' },
    compose: { name: 'Rédigé par le modèle', meaning: 'Expérimental\u00a0: à vérifier avec les sources.' },
    declined: { name: 'Pas de réponse', meaning: 'Les documents ne le disent pas. Rien n’a été inventé.' },
    smalltalk: { name: 'Politesse', meaning: 'Aucun document n’était nécessaire.' },
  },
  sources: 'Sources',
  nearest: 'Passages les plus proches',
  pageNumber: (page) => `Page ${page}`,
  storedAnswer: 'Réponse enregistrée',
  firstWord: (time) => `premier mot après ${time}`,
  total: (time) => `complet après ${time}`,

  howReplies: 'Comment sont faites les réponses',
  answerModes: {
    auto: { name: 'Auto', meaning: 'L’appareil choisit ; pour l’instant, il cite.' },
    quote: { name: 'Citer', meaning: 'Seulement des phrases tirées mot pour mot des documents.' },
    compose: { name: 'Rédiger', meaning: 'Le modèle écrit avec ses propres mots. Expérimental.' },
  },
  desk: 'Documents',
  close: 'Fermer',
  documents: 'Documents',
  dropTitle: 'Déposez des fichiers ici',
  dropHint: (limit) => `PDF, Markdown ou texte${limit === null ? '' : `, jusqu’à ${limit} chacun`}`,
  choose: 'Choisir des fichiers',
  noDocuments: 'Pas encore de documents.',
  guides: (count) => `Le guide de Guichet (${count})`,
  sending: 'Envoi',
  stages: { extract: 'Lecture', chunk: 'Découpage', embed: 'Apprentissage', index: 'Classement' },
  waiting: 'En attente',
  removing: 'Suppression en cours',
  ready: 'Prêt',
  notRead: 'N’a pas pu être lu',
  pagesOf: (done, all) => `page ${done} sur ${all}`,
  passagesOf: (done, all) => `passage ${done} sur ${all}`,
  pages: (count, shown) => `${shown}\u00a0${count < 2 ? 'page' : 'pages'}`,
  passages: (count, shown) => `${shown}\u00a0${count < 2 ? 'passage' : 'passages'}`,
  more: (count) => `et ${count} de plus`,
  askAbout: 'Interroger',
  askAboutDocument: (title) => `Interroger ${title}`,
  remove: 'Supprimer',
  removeDocument: (title) => `Supprimer ${title}`,
  removeQuestion: 'Supprimer pour de bon\u202f?',
  keep: 'Garder',
  dismiss: 'Fermer',
  refused: 'N’a pas été accepté',
  tooLarge: (limit) => `Trop volumineux\u00a0: ce serveur accepte des fichiers jusqu’à ${limit}.`,

  local: 'Fonctionne sur cette machine. Rien n’en sort.',
  version: (version) => `Guichet ${version}`,
  reference: 'Référence de l’API',
}
