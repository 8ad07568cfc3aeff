import { useId } from 'preact/hooks'
import type { Endpoint } from '../document/endpoint.js'
import type { Json } from '../document/json.js'
import { readShape } from '../document/shape.js'
import { formFields, parameterKey, takesForm, type Draft } from '../request/draft.js'
import { useSpoken } from '../words/spoken.js'
import { Input, Select } from './input.js'

interface DraftFormProps {
  endpoint: Endpoint
  schemas: Json
  draft: Draft
  onDraft: (draft: Draft) => void
}

/** Fields for all that a request holds: parameters, body, form and file. */
export function DraftForm({ endpoint, schemas, draft, onDraft }: DraftFormProps) {
  const { words } = useSpoken()
  return (
    <>
      {endpoint.parameters.map((parameter) => {
        const key = parameterKey(parameter)
        return (
          <ValueField
            key={key}
            name={parameter.name}
            mark={words.places[parameter.place]}
            required={parameter.required}
            schema={parameter.schema}
            schemas={schemas}
            value={draft.values[key] ?? ''}
            onValue={(value) => {
              onDraft({ ...draft, values: { ...draft.values, [key]: value } })
            }}
          />
        )
      })}
      {formFields(endpoint, schemas).map(({ name, isFile, required, schema }) =>
        isFile ? (
          <FileField
            key={name}
            name={name}
            onFile={(file) => {
              onDraft({ ...draft, file })
            }}
          />
        ) : (
          <ValueField
            key={name}
            name={name}
            mark=""
            required={required}
            schema={schema}
            schemas={schemas}
            value={draft.form[name] ?? ''}
            onValue={(value) => {
              onDraft({ ...draft, form: { ...draft.form, [name]: value } })
            }}
          />
        ),
      )}
      {endpoint.body !== null && !takesForm(endpoint) && (
        <BodyField
          value={draft.body}
          onValue={(body) => {
            onDraft({ ...draft, body })
          }}
        />
      )}
    </>
  )
}

interface ValueFieldProps {
  name: string
  mark: string
  required: boolean
  schema: Json
  schemas: Json
  value: string
  onValue: (value: string) => void
}

function ValueField({ name, mark, schema, schemas, ...rest }: ValueFieldProps) {
  const { words } = useSpoken()
  const { kind, values, fallback, format } = readShape(schema, schemas)
  const shown = rest.required ? `${mark === '' ? '' : `${mark}, `}${words.required}` : mark
  const labels = { label: name, ...(shown !== '' && { mark: shown }) }
  const options = kind === 'boolean' ? ['true', 'false'] : values.map(String)
  const standard = fallback === undefined ? '' : written(fallback)
  if (options.length > 0)
    return <Select {...rest} {...labels} options={options} unset={standard === '' ? words.unset : standard} />
  return <Input {...rest} {...labels} placeholder={standard || (format === 'uuid' ? 'UUID' : '')} />
}

function FileField({ name, onFile }: { name: string; onFile: (file: File | null) => void }) {
  const id = useId()
  const { words } = useSpoken()
  return (
    <div class="input">
      <label for={id} class="input__label">
        {name}
        <span class="input__mark">
          {words.file}, {words.required}
        </span>
      </label>
      <input
        id={id}
        class="input__field"
        type="file"
        onChange={(event) => {
          onFile(event.currentTarget.files?.[0] ?? null)
        }}
      />
    </div>
  )
}

function BodyField({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  const id = useId()
  const { words } = useSpoken()
  const isWrong = value.trim() !== '' && !isJson(value)
  return (
    <div class="input">
      <label for={id} class="input__label">
        {words.body}
        <span class="input__mark">JSON</span>
      </label>
      <textarea
        id={id}
        class="input__field input__field--code"
        rows={Math.min(18, Math.max(4, value.split('\n').length))}
        spellcheck={false}
        autocapitalize="off"
        aria-invalid={isWrong}
        {...(isWrong && { 'aria-describedby': `${id}-wrong` })}
        value={value}
        onInput={(event) => {
          onValue(event.currentTarget.value)
        }}
      />
      {isWrong && (
        <p id={`${id}-wrong`} class="wrong">
          {words.noJson}
        </p>
      )}
    </div>
  )
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
