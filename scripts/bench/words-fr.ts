import type { Wording } from './wording.js'

/** French manuals: frequent words first. All nouns are feminine singular, so that articles and adjectives agree. */
export const FRENCH: Wording = {
  parts: `pompe, batterie, porte, vanne, courroie, cuve, lampe, poignée, sonde, pile, carte, prise, vis, buse, roue, lame,
    grille, turbine, résistance, bobine, cartouche, trappe, charnière, télécommande, soupape, chaudière, alimentation, antenne,
    serrure, brosse, glissière, carte mère, tête de lecture, plaque de fixation, gaine de ventilation, bouteille de
    récupération, pince de terre, électrode d'allumage, bague de serrage, jauge de pression, boîte de vitesses, clé de
    secours, sirène, caméra, imprimante, borne de recharge, armoire électrique, horloge interne, molette de réglage, ampoule
    de contrôle, membrane, conduite d'eau, barrière, balance, étiqueteuse, tôle de protection, entretoise, sangle, béquille,
    manivelle, trémie, cloison, passerelle réseau, mémoire, baie de stockage, unité de sauvegarde, façade, goupille,
    crémaillère, tige filetée, équerre, rallonge, gouttière, chambre froide, ventouse, arrivée de gaz, sortie d'air`,
  verbs: `nettoyer, remplacer, ouvrir, vérifier, brancher, retirer, démarrer, régler, tester, installer, réparer, ranger,
    réinitialiser, graisser, serrer, vidanger, sécher, rincer, charger, étalonner, inspecter, démonter, remonter, fixer,
    étiqueter, commander, renvoyer, recycler, aligner, purger, équilibrer, affûter, isoler, détartrer, polir, mesurer,
    consigner, amorcer, dégraisser, verrouiller`,
  adjectives: `neuve, sèche, froide, propre, abîmée, desserrée, chaude, ancienne, pleine, vide, petite, lourde, usée, sale,
    métallique, intérieure, extérieure, inférieure, supérieure, gauche, droite, souple, isolée, certifiée, amovible, rouillée,
    fissurée, étanche, bleue, jaune, transparente, renforcée, magnétique, réglable, creuse, d'origine, de secours`,
  places: `salle des machines, réserve, cuisine, chaufferie, salle de réunion, zone de livraison, station de service, salle
    informatique, cabine de peinture, réception, cave, terrasse, cantine, salle d'archives, boutique, cour, remise, salle de
    contrôle, salle de formation, camionnette, pharmacie, serre, imprimerie, buanderie, loge, infirmerie, déchetterie`,
  people: `technicienne, opératrice, cliente, responsable, magasinière, électricienne, inspectrice, gardienne, conductrice,
    ingénieure, apprentie, acheteuse, comptable, équipe de nuit, secouriste, responsable qualité, hôtesse, administratrice,
    auditrice, planificatrice, soudeuse, formatrice, sous-traitante, cheffe d'équipe, direction technique`,
  units: `minutes, millimètres, heures, degrés, jours, litres, volts, bars, semaines, grammes, mois, mètres, secondes, watts,
    ampères, kilogrammes, décibels, années, pour cent`,
  headings: [
    'Comment {verb} la {part} de la {product}',
    'La {part} : quand la {verb} ({product})',
    'Machine {product} : {verb} la {part}',
    'Étapes pour {verb} la {part} {adjective} de la {product}',
  ],
  openings: [
    'Pour {verb} la {part} de la {product}, la {person} a besoin de {number} {unit} et de la référence {code}.',
    'La {person} ne peut {verb} la {part} de la {product} que {number} {unit} après la coupure du courant.',
    "Il faut {verb} la {part} de la {product} tous les {number} mois, ou dès que l'erreur {code} s'affiche.",
    'Avant de {verb} la {part} de la {product}, attendez {number} {unit} et fermez la {other}.',
  ],
  sentences: [
    'La {other} ne doit pas dépasser {number} {unit}.',
    'Si la {other} est {adjective}, il faut {action} la {third} et prévenir la {person}.',
    'Dans la {place}, chaque {person} garde une {other} {adjective} à portée de main.',
    'La {other} {adjective} est rangée dans la {place}, à côté de la {third}.',
    'Une {other} {adjective} coûte {number} euros et arrive en {number} jours.',
    'Ne tentez jamais de {action} la {other} tant que la {third} est sous pression.',
    'Seules les pièces de la série {code} conviennent à la {third}.',
    'La garantie couvre la {other} pendant {number} mois, mais pas la {third} {adjective}.',
    "Après l'intervention, pensez à {action} la {other} et attendez l'arrêt de la {third}.",
    "L'écran indique {code} quand la {other} n'atteint pas {number} {unit}.",
    'Entre la {other} et la {third}, laissez {number} {unit}.',
    'À la sortie de la {place}, la {person} signe le formulaire {code} pour la {other} {adjective}.',
    'La société {maker} fournit la {other} depuis {year}.',
    'Les modèles antérieurs à {year} ont une {other} {adjective} au lieu de la {third}.',
  ],
  polish: (text) =>
    text.replaceAll(/\b([Ll])a (?=[aeiouéèêhô])/giu, "$1'").replaceAll(/\bde (?=[aeiouéèêô])/gu, "d'"),
  questions: [
    'Comment {verb} la {part} de la {product} ?',
    'Qui peut {verb} la {part} de la {product}, et quand ?',
    'Que faut-il pour {verb} la {part} de la {product} ?',
    '{product} : combien de temps faut-il pour {verb} la {part} ?',
  ],
}
