import { foldAccents } from './tokens.js'

/** Words that turn a request into its contrary; each side may name several. Folded, lower case. */
const PAIRS: [string, string][] = (
  'enable|disable activate|deactivate open|close opening|closing start|stop add|remove,delete install|uninstall ' +
  'subscribe|unsubscribe,cancel increase|decrease,reduce upload|download import|export show|hide lock|unlock ' +
  'block|unblock buy|sell login,signin|logout,signout connect|disconnect before|after with|without first|last ' +
  'create|delete,remove incoming|outgoing send|receive accept|refuse,reject follow|unfollow mute|unmute ' +
  'encrypt|decrypt on|off allow|prevent,forbid free|paid turnon|turnoff mount|unmount check|uncheck ' +
  'join|leave minimum|maximum register|unregister domestic|international public|private archive|unarchive merge|split ' +
  'activer|desactiver ouvrir|fermer ouvert|ferme ouverture|fermeture ajouter|supprimer,retirer,enlever ' +
  'installer|desinstaller abonner|desabonner,resilier inscrire|desinscrire augmenter|diminuer,reduire importer|exporter ' +
  'afficher|masquer,cacher verrouiller|deverrouiller bloquer|debloquer acheter|vendre connexion|deconnexion ' +
  'connecter|deconnecter avant|apres avec|sans premier|dernier minimum|maximum creer|supprimer envoyer|recevoir ' +
  'accepter|refuser autoriser|interdire gratuit|payant activation|desactivation arrivee|depart entree|sortie ' +
  'public|prive demarrer|arreter achat|vente souscrire|resilier national|international'
)
  .split(' ')
  .flatMap((pair) => {
    const [left = '', right = ''] = pair.split('|')
    return left.split(',').flatMap((a) => right.split(',').map((b): [string, string] => [a, b]))
  })

/** Words of which two questions cannot name different ones and still ask the same. */
const EXCLUSIVE: ReadonlySet<string>[] = [
  'monday tuesday wednesday thursday friday saturday sunday weekend',
  'lundi mardi mercredi jeudi vendredi samedi dimanche',
  'january february march april may june july august september october november december',
  'janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre',
  'windows mac macos linux android iphone ios',
  'chrome firefox safari edge',
  'morning afternoon evening night',
  'matin midi soir nuit',
  'red blue green yellow black white',
  'north south east west',
  'daily weekly monthly yearly annual annually hourly',
  'mensuel hebdomadaire annuel quotidien',
  'today tomorrow yesterday',
  'aujourd demain hier',
  'visa mastercard paypal amex',
].map((list) => new Set(list.split(' ')))

const NEGATION =
  /\b(?:not|never|no longer|without|cannot|can't|don't|doesn't|didn't|isn't|aren't|won't|wasn't|cant|dont|doesnt|isnt|wont|ne|n'\p{L}+|jamais|sans|plus de|aucune?|impossible)\b/u

/** Whether the two sets of words take contrary sides: enable and disable, Monday and Tuesday. */
export function opposed(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return (
    PAIRS.some(([a, b]) => sidesDiffer(left, right, a, b) || sidesDiffer(left, right, b, a)) ||
    EXCLUSIVE.some((choices) => disjointChoices(left, right, choices))
  )
}

/** Whether the text says no: "can't", "ne … pas", "sans". */
export function isNegated(text: string): boolean {
  const plain = foldAccents(text.toLowerCase().replaceAll('’', "'"))
  return NEGATION.test(plain.replaceAll(/\bor not\b|\bou (?:non|pas)\b/gu, ''))
}

function sidesDiffer(left: ReadonlySet<string>, right: ReadonlySet<string>, a: string, b: string): boolean {
  return holdsForm(left, a) && !holdsForm(left, b) && holdsForm(right, b) && !holdsForm(right, a)
}

function disjointChoices(
  left: ReadonlySet<string>,
  right: ReadonlySet<string>,
  choices: ReadonlySet<string>,
): boolean {
  const ours = [...choices].filter((word) => holdsForm(left, word))
  const theirs = [...choices].filter((word) => holdsForm(right, word))
  return ours.length > 0 && theirs.length > 0 && !ours.some((word) => theirs.includes(word))
}

/** The word or an inflected form of it: "disable" in "disabling", "fermer" in "fermez". */
function holdsForm(words: ReadonlySet<string>, word: string): boolean {
  if (words.has(word)) return true
  if (word.length < 4) return false
  const root = word.replace(/(?:er|ir|re|e)$/u, '')
  return [...words].some((other) => other.startsWith(root) && ENDING.test(other.slice(root.length)))
}

const ENDING = /^(?:e|er|ed|es|s|d|ing|ings|ez|ee|ees|ent|ons|ir|re|it|is|r|t)?$/u
