/** The least contrast of text that WCAG 2.2 calls readable (AA, 1.4.3). */
export const LEAST_CONTRAST = 4.5

/** The contrast of two colours (`#rgb` or `#rrggbb`) as WCAG 2.2 defines it: from 1, none, to 21, black on white. */
export function contrast(a: string, b: string): number {
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((value) =>
    value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  ) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Red, green and blue in [0, 1]. */
function channels(colour: string): number[] {
  const digits = colour.slice(1)
  const long = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits
  return [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16) / 255)
}
