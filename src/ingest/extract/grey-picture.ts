/** A picture in shades of grey, one byte per pixel, row by row. */
export interface GreyPicture {
  width: number
  height: number
  pixels: Uint8Array
}

/** More pixels than this are never given to recognition: an A4 page at 350 dpi. */
export const MOST_PIXELS = 12_000_000

/** From red, green, blue and alpha, a byte each, of a picture without transparent places; weighed as the eye does. */
export function greyOf(rgba: Uint8Array, width: number, height: number): GreyPicture {
  const pixels = new Uint8Array(width * height)
  for (let at = 0, from = 0; at < pixels.length; at += 1, from += 4) {
    pixels[at] = ((rgba[from] ?? 0) * 77 + (rgba[from + 1] ?? 0) * 151 + (rgba[from + 2] ?? 0) * 28) >> 8
  }
  return { width, height, pixels }
}
