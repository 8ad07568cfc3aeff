import { useState } from 'preact/hooks'
import type { Endpoint } from '../document/endpoint.js'
import { ROOT } from '../place.js'
import type { Credentials } from '../request/credentials.js'
import { fetchToken } from '../request/token.js'
import { useSpoken } from '../words/spoken.js'
import { Input } from './input.js'

interface CredentialsFormProps {
  endpoint: Endpoint
  held: Credentials
  onHeld: (held: Credentials) => void
}

/** Who the reader is. Shared by all endpoints, and gone with the tab. */
export function CredentialsForm({ endpoint: { access }, held, onHeld }: CredentialsFormProps) {
  const { words } = useSpoken()
  if (!access.keys && !access.token) return <p class="hint try__who">{words.noneNeeded}</p>
  const change = (changes: Partial<Credentials>) => {
    onHeld({ ...held, ...changes })
  }
  return (
    <fieldset class="try__who">
      <legend>{words.credentials}</legend>
      <div class="choice">
        {(['keys', 'token'] as const).map((use) => (
          <label key={use} class="choice__one">
            <input
              type="radio"
              name="credentials"
              checked={held.use === use}
              onChange={() => {
                change({ use })
              }}
            />
            {use === 'keys' ? words.useKeys : words.useToken}
          </label>
        ))}
      </div>
      <Input
        label={words.clientId}
        value={held.clientId}
        onValue={(clientId) => {
          change({ clientId: clientId.trim() })
        }}
      />
      {held.use === 'keys' ? (
        <Input
          secret
          label={words.clientSecret}
          value={held.secret}
          onValue={(secret) => {
            change({ secret: secret.trim() })
          }}
        />
      ) : (
        <TokenFields held={held} change={change} />
      )}
      {held.use === 'token' && !access.token && <p class="wrong">{words.keysNeeded}</p>}
      <label class="check">
        <input
          type="checkbox"
          checked={held.shown}
          onChange={(event) => {
            change({ shown: event.currentTarget.checked })
          }}
        />
        {words.showSecrets}
      </label>
      <p class="hint">{words.credentialsMeaning}</p>
    </fieldset>
  )
}

interface TokenFieldsProps {
  held: Credentials
  change: (changes: Partial<Credentials>) => void
}

function TokenFields({ held, change }: TokenFieldsProps) {
  const { words } = useSpoken()
  const [wrong, setWrong] = useState('')
  const get = () => {
    setWrong('')
    fetchToken(ROOT, held.clientId).then(
      (token) => {
        change({ token })
      },
      (error: unknown) => {
        setWrong((error instanceof Error && error.message) || words.noToken)
      },
    )
  }
  return (
    <>
      <button type="button" class="button" disabled={held.clientId === ''} onClick={get}>
        {words.getToken}
      </button>
      {wrong !== '' && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <Input
        secret
        label={words.widgetToken}
        value={held.token}
        onValue={(token) => {
          change({ token: token.trim() })
        }}
      />
    </>
  )
}
