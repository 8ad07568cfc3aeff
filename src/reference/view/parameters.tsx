import type { Parameter } from '../document/endpoint.js'
import type { Json } from '../document/json.js'
import { useSpoken } from '../words/spoken.js'
import { Field } from './schema.js'

/** The parameters of path, query and headers. */
export function Parameters({ parameters, schemas }: { parameters: Parameter[]; schemas: Json }) {
  const { words } = useSpoken()
  if (parameters.length === 0) return null
  return (
    <section>
      <h2>{words.parameters}</h2>
      <ul class="fields">
        {parameters.map(({ name, place, required, description, schema }) => (
          <Field
            key={`${place}:${name}`}
            name={name}
            required={required}
            schema={description === '' ? schema : { ...schema, description }}
            schemas={schemas}
            mark={words.places[place]}
          />
        ))}
      </ul>
    </section>
  )
}
