import { createRequire } from 'node:module'
import { createCanvas, GlobalFonts, type Canvas } from '@napi-rs/canvas'

// A typeface that is installed with the packages, whatever this machine has.
const typeface = createRequire(import.meta.url).resolve(
  'pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf',
)
GlobalFonts.registerFromPath(typeface, 'Test Sans')

/** Black lines of text on white, as a scanner sees a page at 150 dpi. */
export function textPicture(lines: string[], { width = 1250, height = 1667, size = 30 } = {}): Canvas {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.fillStyle = '#000000'
  context.font = `${size}px "Test Sans"`
  for (const [index, line] of lines.entries()) context.fillText(line, 80, 120 + index * size * 1.5)
  return canvas
}

/** Colours that run into each other and a hundred dots: nothing to read. */
export function noisePicture(): Canvas {
  const canvas = createCanvas(800, 600)
  const context = canvas.getContext('2d')
  const gradient = context.createLinearGradient(0, 0, 800, 600)
  gradient.addColorStop(0, '#224466')
  gradient.addColorStop(1, '#ffcc88')
  context.fillStyle = gradient
  context.fillRect(0, 0, 800, 600)
  context.fillStyle = '#101010'
  // @NOTE no chance in it: the same picture each time.
  for (let seed = 1, dot = 0; dot < 100; dot += 1) {
    seed = (seed * 48271) % 2147483647
    context.fillRect(seed % 800, Math.floor(seed / 800) % 600, 2 + (seed % 5), 2 + (seed % 3))
  }
  return canvas
}
