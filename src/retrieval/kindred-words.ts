import { stem } from './stems.js'
import { foldAccents } from './tokens.js'

/**
 * Words that stand for each other at a support desk. An embedder that reads the language knows them by itself;
 * where it is blind, or a sentence too short, they let "renvoyer" meet "retour". Each line is one group; a word may
 * stand in several. Everyday vocabulary only: an organization's own terms are for its documents.
 */
const GROUPS: Record<'en' | 'fr', string> = {
  en: `
    open opening hours closed close schedule
    price cost costs charge charges fee fees rate pay
    pay payment paid card cash
    bill invoice receipt
    refund reimburse reimbursed money
    return send back
    deliver delivery ship shipping shipment dispatch arrive
    parcel package box
    broken damaged defective faulty repair
    broken fault error problem issue failure
    password login log sign access
    cancel terminate end stop
    close delete remove erase
    account profile
    change modify edit update switch
    phone telephone call ring number
    email e-mail mail address
    contact reach support help service adviser
    free complimentary included
    warranty guarantee
    member membership subscription subscribe plan
    book booking reserve reservation appointment
    store stored saved kept
    data information personal privacy
    download export save
    upload import add attach
    install installation set setup
    restart reboot reset
    clean cleaning wash
    light lamp lit blinking flashing
    battery batteries
    internet network connection online wifi
    abroad foreign international country
    child children kid kids family
    buy purchase order shop
    maximum limit most up`,
  fr: `
    ouvrir ouvert ouverte ouverts ouverture horaire horaires fermer fermé fermeture heure heures
    prix coût coûte coûter coûtent tarif tarifs frais montant payer payant combien euros
    gratuit gratuite gratuitement offert offerte offerts
    payer paiement régler règlement carte mensualités
    facture factures reçu justificatif
    rembourser remboursé remboursement argent
    retour retourner renvoyer rendre rapporter
    livraison livrer livré expédier expédition envoi envoyer recevoir arriver
    colis paquet carton emballage
    cassé abîmé endommagé défectueux panne réparer réparation
    panne erreur problème bug incident dysfonctionnement
    connexion connecter identifiant accès accéder
    annuler annulation résilier résiliation arrêter
    supprimer suppression effacer effacé clôturer fermer
    compte profil espace
    changer changement modifier modification remplacer
    téléphone téléphoner appeler appel numéro joindre
    mail e-mail email courriel adresse message
    contact contacter joindre support assistance aide service technique conseiller
    garantie garanti garantis garantir
    abonnement abonner forfait formule offre
    inscription inscrire inscrit adhésion
    réserver réservation rendez-vous
    stocker stocké conservé enregistré hébergé serveur serveurs
    données informations personnelles confidentialité
    télécharger exporter export récupérer enregistrer
    importer ajouter joindre
    installer installation pose poser mise monter montage
    redémarrer réinitialiser relancer
    nettoyer nettoyage laver entretien détartrer
    voyant lumière lampe clignote allumé
    pile piles batterie
    internet réseau wifi ligne
    étranger international pays
    enfant enfants fils fille
    acheter achat commander commande commandes boutique
    délai délais durée temps jours attendre
    perdu perte volé vol
    maximum maximal limite plafond
    magasin boutique agence adresse
    ordinateur tableur fichier document
    professionnel installateur technicien`,
}

const KIN: Record<string, Map<string, readonly string[]>> = {
  en: kinOf('en'),
  fr: kinOf('fr'),
}

/** The stems of words that answer for this one in part, in its language; none for most words. */
export function kindredStems(word: string, language: string): readonly string[] {
  return KIN[language]?.get(foldAccents(word)) ?? KIN[language]?.get(stem(word, language)) ?? []
}

function kinOf(language: 'en' | 'fr'): Map<string, readonly string[]> {
  const kin = new Map<string, Set<string>>()
  for (const line of GROUPS[language].trim().split('\n')) {
    const words = line.trim().split(/\s+/)
    const group = [...new Set(words.map((word) => stem(word, language)))]
    for (const key of words.flatMap((word) => [foldAccents(word), stem(word, language)])) {
      const known = kin.get(key) ?? new Set()
      for (const one of group) known.add(one)
      kin.set(key, known)
    }
  }
  return new Map([...kin].map(([key, stems]) => [key, [...stems]]))
}
