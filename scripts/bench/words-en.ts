import type { Wording } from './wording.js'

/** English manuals: frequent words first. */
export const ENGLISH: Wording = {
  parts: `cover, filter, pump, cable, motor, battery, screen, valve, switch, handle, sensor, fuse, tank, door, belt, fan,
    blade, hose, plug, lid, tray, spring, wheel, bearing, gasket, nozzle, burner, drum, seal, drawer, hinge, lamp, antenna,
    keypad, print head, cartridge, compressor, thermostat, gearbox, radiator, backup disk, power supply, control board,
    network port, water inlet, drain pipe, safety catch, mounting plate, warning light, emergency stop, carbon brush, drive
    shaft, pressure gauge, heating coil, float switch, charging cradle, expansion vessel, circulation pump, dust bag,
    inspection hatch, memory card, remote control, ball valve, relief valve, transformer, contactor, terminal block, ribbon
    cable, feed roller, paper tray, fuser unit, waste bottle, anode rod, mixing tap, flow meter, condensate trap, ignition
    electrode, air damper, acoustic hood, cable gland, locking ring, lens cap, spare key, reset pin, trip coil`,
  verbs: `clean, replace, open, check, connect, remove, start, adjust, test, install, repair, store, reset, lubricate, tighten,
    drain, dry, rinse, charge, calibrate, inspect, dismantle, assemble, secure, update, label, order, return, recycle, align,
    vent, balance, sharpen, wire, insulate, descale, polish, measure, record, isolate, prime, flush, degrease, torque`,
  adjectives: `new, dry, cold, clean, damaged, loose, warm, old, full, empty, small, heavy, original, worn, dirty, metal, inner,
    outer, front, rear, upper, lower, left, right, flexible, insulated, certified, removable, threaded, rusty, cracked, sealed,
    grounded, blue, yellow, transparent, antistatic, reinforced, magnetic, waterproof, lockable, spare, adjustable, hollow`,
  places: `workshop, warehouse, office, customer's home, boiler room, laboratory, kitchen, loading bay, service centre, server
    room, cold store, paint shop, reception, garage, basement, roof terrace, canteen, archive, showroom, test bench, depot,
    tool store, control room, corridor, training room, delivery van, pharmacy, greenhouse, pump house, printing room`,
  people: `technician, operator, customer, supervisor, storekeeper, electrician, safety officer, inspector, caretaker, driver,
    fitter, engineer, apprentice, buyer, accountant, night shift, first-aider, plumber, quality manager, receptionist,
    administrator, auditor, cleaner, dispatcher, planner, welder, trainer, supplier, subcontractor, team leader`,
  units: `minutes, millimetres, hours, degrees, days, litres, volts, bars, weeks, grams, months, metres, seconds, watts,
    newton metres, amperes, kilograms, decibels, years, percent`,
  headings: [
    'How to {verb} the {part} of the {product}',
    '{Part}: when to {verb} it ({product})',
    'The {product}: {verb} the {part}',
    'Steps to {verb} the {adjective} {part} of the {product}',
  ],
  openings: [
    'To {verb} the {part} of the {product}, the {person} needs {number} {unit} and the tool {code}.',
    'The {person} may {verb} the {part} of the {product} only after {number} {unit} without current.',
    'You {verb} the {part} of the {product} every {number} months, or at once when error {code} is shown.',
    'Before you {verb} the {part} of the {product}, wait {number} {unit} and close the {other}.',
  ],
  sentences: [
    'The {other} must not be exposed to more than {number} {unit}.',
    'If the {other} is {adjective}, {action} the {third} and inform the {person}.',
    'Every {person} in the {place} keeps a {adjective} {other} at hand.',
    'The {adjective} {other} is stored in the {place}, beside the {third}.',
    'A {adjective} {other} costs {number} euros and is delivered within {number} days.',
    'Never {action} the {other} while the {third} is under pressure.',
    'Use only parts of the series {code}; others damage the {third}.',
    'The guarantee covers the {other} for {number} months, but not the {adjective} {third}.',
    'After the work, {action} the {other} and wait until the {third} has come to rest.',
    'The display shows {code} when the {other} does not reach {number} {unit}.',
    'Between the {other} and the {third} there is a gap of {number} {unit}.',
    'In the {place}, the {person} signs the form {code} for each {adjective} {other}.',
    'When the {other} makes a noise, {action} it first, then {action} the {adjective} {third}.',
    'The {maker} company supplies the {other} since the year {year}.',
    'Models made before {year} have a {adjective} {other} instead of the {third}.',
    'Ask the {person} of the {place} before you {action} a {adjective} {other}.',
  ],
  polish: (text) => text.replaceAll(/\b([Aa]) (?=[aeiou])/g, '$1n '),
  questions: [
    'How do I {verb} the {part} of the {product}?',
    'When should the {part} of the {product} be checked, and who may {verb} it?',
    'What is needed to {verb} the {part} on a {product}?',
    '{product}: how long does it take to {verb} the {part}?',
  ],
}
