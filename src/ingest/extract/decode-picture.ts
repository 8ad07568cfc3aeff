import { createCanvas, loadImage } from '@napi-rs/canvas'
import sharp from 'sharp'
import { ExtractionError } from './extraction.js'
import { greyOf, MOST_PIXELS, type GreyPicture } from './grey-picture.js'

/** What is larger, by its header, is not decoded. */
const MOST_DECODED_PIXELS = 100_000_000
/** Letters on a screen are too small for recognition: a small picture is enlarged to about so many pixels, */
const ENLARGED_PIXELS = 4_000_000
/** but no more than so many times. */
const MOST_ENLARGED = 3
/** Recognition takes no longer sides. */
const LONGEST_SIDE = 32_000
const DECODE_SECONDS = 60
const BMP_HEADER_BYTES = 26
const BMP = 'image/bmp'

// Memory and cores are for answering visitors.
sharp.cache(false)
sharp.concurrency(1)

/**
 * How many pictures a file holds that is no animation: more than one only in TIFF.
 * @throws ExtractionError when it is damaged or too large to be decoded.
 */
export async function countPictures(bytes: Uint8Array, mediaType: string): Promise<number> {
  if (mediaType === BMP) {
    requireSize(bmpSize(bytes))
    return 1
  }
  const { width, height, pages = 1 } = await readable(sharp(bytes, { limitInputPixels: false }).metadata())
  requireSize({ width, height })
  return mediaType === 'image/tiff' ? pages : 1
}

/**
 * A picture of the file, turned upright where its camera said how, in a size that suits recognition.
 * @param number 1-based
 * @throws ExtractionError when it is damaged or too large.
 */
export async function decodePicture(
  bytes: Uint8Array,
  mediaType: string,
  number: number,
): Promise<GreyPicture> {
  if (mediaType === BMP) return decodeBmp(bytes)
  const options = { page: number - 1, limitInputPixels: MOST_DECODED_PIXELS, failOn: 'error' } as const
  const { autoOrient } = await readable(sharp(bytes, options).metadata())
  const { data, info } = await readable(
    sharp(bytes, { ...options, sequentialRead: true })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .resize({ ...suitedSize(autoOrient), fit: 'fill' })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .timeout({ seconds: DECODE_SECONDS })
      .toBuffer({ resolveWithObject: true }),
  )
  return { width: info.width, height: info.height, pixels: data }
}

async function decodeBmp(bytes: Uint8Array): Promise<GreyPicture> {
  const image = await readable(loadImage(bytes))
  const { width, height } = suitedSize(image)
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.drawImage(image, 0, 0, width, height)
  return greyOf(canvas.data(), width, height)
}

interface Size {
  width: number
  height: number
}

/** From the header: either the one of OS/2 or one of Windows, whose height is negative when the top row comes first. */
function bmpSize(bytes: Uint8Array): Size {
  const header = Buffer.from(bytes.subarray(0, BMP_HEADER_BYTES))
  if (header.length < BMP_HEADER_BYTES) throw damaged()
  const isOld = header.readUInt32LE(14) === 12
  const read = (at: number) => Math.abs(header.readInt32LE(at))
  return isOld
    ? { width: header.readUInt16LE(18), height: header.readUInt16LE(20) }
    : { width: read(18), height: read(22) }
}

function requireSize({ width, height }: Size): void {
  if (width * height <= MOST_DECODED_PIXELS) return
  throw new ExtractionError(
    `The picture has ${width} × ${height} pixels; at most ${MOST_DECODED_PIXELS / 1e6} million are read, so please make it smaller.`,
  )
}

function suitedSize({ width, height }: Size): Size {
  const area = Math.max(1, width * height)
  const wanted = area > MOST_PIXELS ? MOST_PIXELS : Math.max(area, ENLARGED_PIXELS)
  const scale = Math.min(MOST_ENLARGED, Math.sqrt(wanted / area), LONGEST_SIDE / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw damaged(error)
  }
}

function damaged(cause?: unknown): ExtractionError {
  return new ExtractionError('The picture is damaged or incomplete and cannot be opened.', { cause })
}
