// A picture for a show that has none: lines of water, drawn from its id. The same show always gets
// the same picture.

const width = 640
const height = 320

/** A small, repeatable random sequence (mulberry32) from the show's id. */
function makeRandom(text: string): () => number {
  let state = 2166136261
  for (const character of text) state = Math.imul(state ^ character.charCodeAt(0), 16777619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const palettes = [
  ['#0f5c50', '#f3e9d2', '#e7a23b'],
  ['#223a5e', '#f0e6d6', '#e2725b'],
  ['#5b2a4a', '#f6e7e4', '#f0b467'],
  ['#7a3e12', '#f7ecd9', '#2f7f73'],
  ['#2d4a2b', '#eef0dd', '#d9730d'],
  ['#3a3560', '#ece9f4', '#7fc8b4'],
] as const

export function ShowArt({ seed, className }: { readonly seed: string; readonly className?: string }) {
  const random = makeRandom(seed)
  const [deep, pale, bright] = palettes[Math.floor(random() * palettes.length)] ?? palettes[0]
  // Near the middle, so that a narrow cut of the picture keeps it.
  const sunX = width * (0.36 + random() * 0.28)
  const sunY = 70 + random() * 90
  const sunRadius = 34 + random() * 34
  const waves = Array.from({ length: 9 }, (_, index) => {
    const base = 120 + index * 24
    const swing = 10 + random() * 22
    const shift = random() * width
    const length = 220 + random() * 260
    const points = Array.from({ length: 33 }, (_unused, step) => {
      const x = (step * width) / 32
      return `${x.toFixed(0)} ${(base + Math.sin(((x + shift) / length) * Math.PI * 2) * swing).toFixed(1)}`
    })
    return `M${points.join('L')}V${height}H0Z`
  })
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid slice"
      className={className}
      aria-hidden="true"
    >
      <rect width={width} height={height} fill={pale} />
      <circle cx={sunX} cy={sunY} r={sunRadius} fill={bright} />
      {waves.map((path, index) => (
        <path key={path} d={path} fill={deep} fillOpacity={0.16 + index * 0.035} />
      ))}
    </svg>
  )
}
