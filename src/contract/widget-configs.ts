import { z } from 'zod'
import { filledText, Id, LanguageTag, must, text, Timestamp } from './common.js'

const MAX_LANGUAGES = 40
const MAX_IMAGE = 100_000
const MAX_CSS = 20_000

const colour = z
  .string(must('a colour such as "#1a73e8"'))
  .regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be a colour such as "#1a73e8"')
const flag = z.boolean(must('true or false'))

function amount(least: number, most: number) {
  return z
    .number(must(`a number from ${String(least)} to ${String(most)}`))
    .min(least, `must be at least ${String(least)}`)
    .max(most, `must be at most ${String(most)}`)
}

function oneOf<const T extends readonly [string, ...string[]]>(...names: T) {
  return z.enum(names, must(`one of ${names.map((name) => `"${name}"`).join(', ')}`))
}

/** A text in each language that it is needed in, by language tag. */
function texts(max: number) {
  const { error } = must('texts by language, such as {"en": "Hello", "fr": "Bonjour"}')
  return z
    .record(LanguageTag, filledText(max), {
      error: (issue) =>
        issue.code === 'invalid_key' ? 'must be a language tag such as "fr" or "en-GB"' : error(issue),
    })
    .refine(
      (given) => Object.keys(given).length <= MAX_LANGUAGES,
      `must have at most ${String(MAX_LANGUAGES)} languages`,
    )
    .meta({ description: 'A text by language tag: `{"en": "Hello", "fr": "Bonjour"}`.' })
}

const isPath = (value: string) => /^\/(?![/\\])[^\s\\<>"']*$/.test(value)
const isHttps = (value: string) => /^https:\/\/[^\s\\<>"']+$/i.test(value) && URL.canParse(value)
const isImage = (value: string) =>
  /^data:image\/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/.test(value)

const image = text(MAX_IMAGE)
  .refine(
    (value) => isHttps(value) || isPath(value) || isImage(value),
    'must be an https:// address, a path such as "/logo.png", or a data:image of at most 100,000 characters',
  )
  .nullable()

const link = text(2000).refine(
  (value) => isHttps(value) || isPath(value),
  'must be an https:// address or a path such as "/contact"',
)

/** A button under a greeting: it sends a text, opens a page, or goes on to a flow. */
const Button = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('message'), label: texts(80), message: texts(500) }),
    z.object({ type: z.literal('link'), label: texts(80), url: link }),
    z.object({ type: z.literal('flow'), label: texts(80), flow: filledText(60) }),
  ],
  must('of type "message", "link" or "flow"'),
)

const buttons = z.array(Button, must('a list of buttons')).max(10, 'must have at most 10 buttons')

/** A step that a button leads to; steps refer to each other by id and are never nested. */
const Flow = z.object({ id: filledText(60), text: texts(1000), buttons: buttons.default([]) })

const Greeting = z.object({
  text: texts(1000),
  buttons: buttons.default([]),
  flows: z.array(Flow, must('a list of flows')).max(20, 'must have at most 20 flows').default([]),
})

/** How a widget looks and speaks. Lengths are CSS pixels, delays seconds, scroll depths per cent of the page. */
export const WidgetAppearance = z.object({
  widget_type: z.literal('chat', must('"chat"')),
  primary_color: colour,
  secondary_color: colour,
  background_color: colour,
  text_color: colour,
  border_radius: amount(0, 40),
  title: texts(100),
  subtitle: texts(200),
  placeholder: texts(100),
  greeting_message: Greeting,
  default_language: LanguageTag,
  font_family: text(200).refine(
    (value) => /^[\p{L}\p{N}\s,'"-]+$/u.test(value),
    'must be names of fonts with commas between them',
  ),
  font_size: amount(10, 24),
  font_weight: amount(100, 900).multipleOf(100, 'must be a multiple of 100'),
  shadow_intensity: oneOf('none', 'light', 'medium', 'strong'),
  size: oneOf('small', 'medium', 'large'),
  position: oneOf('bottom-right', 'bottom-left', 'top-right', 'top-left'),
  edge_offset: amount(0, 200),
  logo: image,
  bot_avatar: image,
  show_timestamps: flag,
  show_typing_indicator: flag,
  show_message_avatars: flag,
  show_unread_badge: flag,
  start_open: flag,
  hide_on_mobile: flag,
  auto_open_delay: amount(0, 3600).nullable(),
  auto_open_scroll_depth: amount(0, 100).nullable(),
  suggestions: z
    .array(texts(200), must('a list of texts by language'))
    .max(10, 'must have at most 10 entries'),
  theme: oneOf('light', 'dark', 'auto'),
  hide_branding: flag,
  custom_css: text(MAX_CSS),
})
export type WidgetAppearance = z.infer<typeof WidgetAppearance>

const about = {
  name: filledText(200).meta({ description: 'For those who manage it; visitors never see it.' }),
  assistant_id: Id.nullable().meta({ description: 'The assistant whose widget looks like this.' }),
}

/** `PATCH /widget-configs/{id}`: what is absent stays as it is. */
export const WidgetConfigPatch = z.object({ ...about, ...WidgetAppearance.shape }).partial()
export type WidgetConfigPatch = z.infer<typeof WidgetConfigPatch>

/** `POST /widget-configs/` and `PUT /widget-configs/{id}`: what is absent is as in the default. */
export const NewWidgetConfig = WidgetConfigPatch
export type NewWidgetConfig = WidgetConfigPatch

/** What a widget reads: everything it needs to begin. */
export const PublicWidgetConfig = WidgetAppearance.extend({
  id: z.string().meta({ description: 'A configuration’s id, or `default`.' }),
}).meta({ id: 'PublicWidgetConfig' })
export type PublicWidgetConfig = z.infer<typeof PublicWidgetConfig>

export const WidgetConfig = WidgetAppearance.extend({
  id: Id,
  ...about,
  created_at: Timestamp,
  updated_at: Timestamp,
}).meta({ id: 'WidgetConfig' })
export type WidgetConfig = z.infer<typeof WidgetConfig>

/** The path of a configuration as widgets ask for it. */
export const WidgetConfigPath = z.object({
  id: z.string().max(100).meta({ description: 'A configuration’s id, an assistant’s id, or `default`.' }),
})
