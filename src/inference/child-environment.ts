/**
 * What the inference child may know of our environment: where programs, libraries and temporary files are,
 * and which accelerators it may use. Named one by one, so a secret cannot slip in by a prefix.
 */
const ALLOWED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
  'SYSTEMROOT',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'CUDA_PATH',
  'CUDA_HOME',
  'CUDA_VISIBLE_DEVICES',
  'CUDA_DEVICE_ORDER',
  'NVIDIA_VISIBLE_DEVICES',
  'NVIDIA_DRIVER_CAPABILITIES',
  'GGML_VK_VISIBLE_DEVICES',
  'VK_ICD_FILENAMES',
  'VK_DRIVER_FILES',
  'XDG_RUNTIME_DIR',
] as const

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment the inference child is started with: nothing but the variables it needs. */
export function childEnvironment(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of ALLOWED) {
    const value = env[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}
