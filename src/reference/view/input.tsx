import { useId } from 'preact/hooks'

interface InputProps {
  label: string
  value: string
  onValue: (value: string) => void
  /** Shown as dots, and not remembered by the browser. */
  secret?: boolean
  required?: boolean
  placeholder?: string
  mark?: string
}

/** A field of one line with its label. */
export function Input({
  label,
  value,
  onValue,
  secret = false,
  required = false,
  placeholder,
  mark,
}: InputProps) {
  const id = useId()
  return (
    <div class="input">
      <label for={id} class="input__label">
        {label}
        {mark !== undefined && <span class="input__mark">{mark}</span>}
      </label>
      <input
        id={id}
        class="input__field"
        type={secret ? 'password' : 'text'}
        autocomplete={secret ? 'new-password' : 'off'}
        autocapitalize="off"
        spellcheck={false}
        required={required}
        {...(placeholder !== undefined && { placeholder })}
        value={value}
        onInput={(event) => {
          onValue(event.currentTarget.value)
        }}
      />
    </div>
  )
}

interface SelectProps extends Omit<InputProps, 'secret' | 'placeholder'> {
  options: readonly string[]
  /** What the empty choice says. */
  unset: string
}

/** A choice between a few values, or none of them. */
export function Select({ label, value, onValue, required = false, options, unset, mark }: SelectProps) {
  const id = useId()
  return (
    <div class="input">
      <label for={id} class="input__label">
        {label}
        {mark !== undefined && <span class="input__mark">{mark}</span>}
      </label>
      <select
        id={id}
        class="input__field"
        required={required}
        value={value}
        onChange={(event) => {
          onValue(event.currentTarget.value)
        }}
      >
        <option value="">{unset}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </div>
  )
}
