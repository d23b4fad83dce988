// The secrets that ticket codes and links are computed of, as the environment names them.

/** Short ones are guessed: then everybody can make tickets and links. */
const leastLength = 32

export function readSecretKeys(keys: readonly string[], problem: (text: string) => void): readonly string[] {
  if (keys.some((key) => key.length < leastLength))
    problem(
      `SECRET_KEY: expected keys of at least ${leastLength} characters, by commas; the first one makes codes`,
    )
  return keys
}
