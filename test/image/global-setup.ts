import { ensureBase, ensureCudaStandIn } from './base-image.js'
import { buildImage } from './build-image.js'

/** Both images, once for all files of this tier; layers are kept from run to run. */
export async function setup(): Promise<void> {
  await ensureBase()
  await ensureCudaStandIn()
  for (const target of ['cpu', 'cuda'] as const) {
    console.log(
      `image ${target}: being built, which takes minutes where the packages are not in .cache/image yet …`,
    )
    const begun = Date.now()
    await buildImage(target)
    console.log(`image ${target}: built in ${Math.round((Date.now() - begun) / 1000)} s`)
  }
}
