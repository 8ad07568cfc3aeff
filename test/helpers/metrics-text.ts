/** One line of figures. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

const HELP = /^# HELP ([a-z_][a-z0-9_]*) \S.*$/
const TYPE = /^# TYPE ([a-z_][a-z0-9_]*) (counter|gauge|histogram|summary)$/
const SAMPLE = /^([a-z_][a-z0-9_]*)(?:\{(.+)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|Nan|[+-]Inf)$/
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy
const PARTS: Record<string, string[]> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}

/**
 * Reads Prometheus's text format, strictly: throws for a line that is none of its kinds, a sample that belongs to no family
 * declared above it, a family or a sample that comes twice, a `_total` that is no counter, and a histogram whose buckets do not add up.
 */
export function parseMetrics(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('The last line has no end.')
  const samples: Sample[] = []
  const families = new Set<string>()
  const seen = new Set<string>()
  let family = { name: '', type: '' }
  for (const line of text.split('\n')) {
    if (line === '' || HELP.test(line)) continue
    const [, declared, type] = TYPE.exec(line) ?? []
    if (declared !== undefined && type !== undefined) {
      if (families.has(declared)) throw new Error(`${declared} is declared twice.`)
      if (declared.endsWith('_total') !== (type === 'counter')) throw new Error(`${declared} is a ${type}.`)
      families.add(declared)
      family = { name: declared, type }
      continue
    }
    const sample = parseSample(line)
    const names = (PARTS[family.type] ?? ['']).map((part) => family.name + part)
    if (!names.includes(sample.name)) throw new Error(`${sample.name} stands under ${family.name}.`)
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
    if (seen.has(key)) throw new Error(`${line} comes twice.`)
    seen.add(key)
    samples.push(sample)
  }
  checkBuckets(samples)
  return samples
}

function parseSample(line: string): Sample {
  const [, name, given = '', value] = SAMPLE.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Error(`No line of metrics: ${line}`)
  const labels: Record<string, string> = {}
  let end = 0
  for (const [whole, label = '', text = ''] of given.matchAll(LABEL)) {
    labels[label] = text
    end += whole.length
  }
  if (end !== given.length) throw new Error(`Labels that cannot be read: ${line}`)
  return { name, labels, value: numberOf(value) }
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? Number(text.replace('Inf', 'Infinity')) : Number(text)
}

function checkBuckets(samples: Sample[]): void {
  const last = new Map<string, number>()
  for (const { name, labels, value } of samples) {
    const { le, ...rest } = labels
    const of = (part: string) => JSON.stringify([name.replace(/_(bucket|count)$/, ''), part, rest])
    if (le !== undefined) {
      if (value < (last.get(of('bucket')) ?? 0))
        throw new Error(`${name} le=${le} is less than the one before.`)
      last.set(of('bucket'), value)
    } else if (name.endsWith('_count') && (last.get(of('bucket')) ?? value) !== value) {
      throw new Error(`${name} is not what its buckets hold.`)
    }
  }
}

/** The sum of the samples of that name that have these labels; undefined when there is none. */
export function figure(
  samples: Sample[],
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}

/** Every name that a sample of this text may have: those of the declared families, with the parts of histograms. */
export function declaredNames(text: string): Set<string> {
  const families = text.split('\n').flatMap((line) => {
    const [, name, type] = TYPE.exec(line) ?? []
    return name === undefined || type === undefined ? [] : [{ name, type }]
  })
  return new Set(families.flatMap(({ name, type }) => (PARTS[type] ?? ['']).map((part) => name + part)))
}
