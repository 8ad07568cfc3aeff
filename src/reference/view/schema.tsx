import { createContext } from 'preact'
import { useContext, useState } from 'preact/hooks'
import type { Json } from '../document/json.js'
import { readShape, type Shape } from '../document/shape.js'
import { useSpoken } from '../words/spoken.js'
import { boundsOf, typeOf } from './describe.js'
import { Line } from './prose.js'

const AnsweredContext = createContext(false)

/** Schemas below it are of answers, in which a field is there unless it says that it may not be. */
export const Answered = AnsweredContext.Provider

interface SchemaProps {
  schema: Json
  schemas: Json
}

/** A schema as a person reads it: its fields, its variants, or what it is. */
export function SchemaView({ schema, schemas }: SchemaProps) {
  const { words } = useSpoken()
  const shape = readShape(schema, schemas)
  const inside = insideOf(shape, schemas)
  return (
    <>
      {inside !== shape && (
        <p class="hint">
          <code>{typeOf(shape, schemas, words)}</code>
        </p>
      )}
      {inside !== null && <Inside shape={inside} schemas={schemas} />}
    </>
  )
}

/** What has fields or variants to show: the shape itself, or the entries of its list. */
function insideOf(shape: Shape, schemas: Json): Shape | null {
  if (shape.properties.length > 0 || shape.variants.length > 0) return shape
  return shape.items === null ? null : insideOf(readShape(shape.items, schemas), schemas)
}

function Inside({ shape, schemas }: { shape: Shape; schemas: Json }) {
  if (shape.variants.length > 0) return <Variants shape={shape} schemas={schemas} />
  return (
    <ul class="fields">
      {shape.properties.map(({ name, required, schema }) => (
        <Field key={name} name={name} required={required} schema={schema} schemas={schemas} />
      ))}
    </ul>
  )
}

/** One of several: each under what tells it apart. */
function Variants({ shape, schemas }: { shape: Shape; schemas: Json }) {
  const { words } = useSpoken()
  return (
    <ul class="variants">
      {shape.variants.map((variant, index) => {
        const read = readShape(variant, schemas)
        const constant = read.properties
          .map(({ schema }) => readShape(schema, schemas).values)
          .find((values) => values.length === 1)
        const label = constant === undefined ? typeOf(read, schemas, words) : String(constant[0])
        return (
          <li key={index} class="variants__one">
            <p class="variants__name">
              <code>{label}</code> {read.description !== '' && <Line text={read.description} />}
            </p>
            <SchemaView schema={variant} schemas={schemas} />
          </li>
        )
      })}
    </ul>
  )
}

interface FieldProps extends SchemaProps {
  name: string
  required: boolean
  /** Where it stands, for parameters. */
  mark?: string
}

/** One field: name, type, what it means, its bounds, and what is in it when somebody asks. */
export function Field({ name, required, schema, schemas, mark }: FieldProps) {
  const { words } = useSpoken()
  const answered = useContext(AnsweredContext)
  const shape = readShape(schema, schemas)
  const inside = insideOf(shape, schemas)
  const bounds = boundsOf(shape, schemas, words)
  return (
    <li class="field">
      <p class="field__head">
        <code class="field__name">{name}</code>
        <span class="field__type">{typeOf(shape, schemas, words)}</span>
        {mark !== undefined && <span class="field__type">{mark}</span>}
        {!answered && required && <span class="field__required">{words.required}</span>}
        {answered && !required && <span class="field__type">{words.optional}</span>}
      </p>
      {shape.description !== '' && (
        <p class="field__meaning">
          <Line text={shape.description} />
        </p>
      )}
      {bounds.length > 0 && (
        <p class="field__bounds">
          {bounds.map((bound) => (
            <span key={bound}>
              <Line text={bound} />
            </span>
          ))}
        </p>
      )}
      {inside !== null && <Disclosed name={name} shape={inside} schemas={schemas} />}
    </li>
  )
}

/** Fields within a field, shown on demand: shapes may contain themselves. */
function Disclosed({ name, shape, schemas }: { name: string; shape: Shape; schemas: Json }) {
  const { words } = useSpoken()
  const [open, setOpen] = useState(false)
  const count = shape.properties.length || shape.variants.length
  return (
    <div class="disclosed">
      <button
        type="button"
        class="disclosed__button"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open)
        }}
      >
        {open ? words.hide(name) : words.show(count, name)}
      </button>
      {open && <Inside shape={shape} schemas={schemas} />}
    </div>
  )
}
