import { render } from 'preact'
import { App } from './app.js'

const root = document.getElementById('reference')
if (root) render(<App />, root)
