import type { WidgetAppearance } from '../../contract/widget-configs.js'
import { AppError, type FieldError } from '../../errors.js'
import { contrast, LEAST_CONTRAST } from './contrast.js'
import { faultOfCss } from './custom-css.js'

/**
 * Looks at what no field shows by itself: whether texts can be read, are there in the default language, lead somewhere,
 * and whether the style sheet stays within the widget.
 * @throws AppError `invalid_input` naming every wrong field.
 */
export function checkAppearance(given: WidgetAppearance): void {
  const fields = [
    ...contrastFaults(given),
    ...languageFaults(given),
    ...flowFaults(given),
    ...cssFaults(given),
  ]
  const [first] = fields
  if (first === undefined) return
  throw new AppError('invalid_input', `${first.path} ${first.message}`, { fields })
}

function contrastFaults({ text_color: text, background_color: background }: WidgetAppearance): FieldError[] {
  const ratio = contrast(text, background)
  if (ratio >= LEAST_CONTRAST) return []
  // @NOTE rounded down, so that 4.496 is not called 4.5.
  const shown = (Math.floor(ratio * 100) / 100).toFixed(2)
  const message = `cannot be read on the background ${background}: the contrast is ${shown}:1 and must be at least ${String(LEAST_CONTRAST)}:1.`
  return [{ path: 'text_color', message }]
}

function languageFaults(given: WidgetAppearance): FieldError[] {
  const language = given.default_language
  const needed = {
    title: given.title,
    subtitle: given.subtitle,
    placeholder: given.placeholder,
    'greeting_message.text': given.greeting_message.text,
  }
  return Object.entries(needed)
    .filter(([, texts]) => texts[language] === undefined)
    .map(([path]) => ({ path, message: `must have a text in the default language "${language}".` }))
}

function flowFaults({ greeting_message: { buttons, flows } }: WidgetAppearance): FieldError[] {
  const known = new Set(flows.map(({ id }) => id))
  if (known.size < flows.length) {
    return [{ path: 'greeting_message.flows', message: 'must each have an id of its own.' }]
  }
  const stray = [buttons, ...flows.map((flow) => flow.buttons)]
    .flat()
    .find((button) => button.type === 'flow' && !known.has(button.flow))
  if (stray?.type !== 'flow') return []
  const message = `must lead to a flow there is; there is none with the id "${stray.flow}".`
  return [{ path: 'greeting_message.buttons', message }]
}

function cssFaults({ custom_css: css }: WidgetAppearance): FieldError[] {
  const fault = faultOfCss(css)
  return fault === null ? [] : [{ path: 'custom_css', message: `${fault}.` }]
}
