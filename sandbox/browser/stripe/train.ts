// Which release of Stripe.js the page has asked for, by the address of the script; older ones still
// have what was removed since.

export const script = document.currentScript

const TRAINS = ['v3', 'acacia', 'basil', 'clover', 'dahlia', 'endive'] as const
export type Train = (typeof TRAINS)[number]

function trainOf(src: string): Train {
  const [, first] = /^https?:\/\/[^/]+\/(\w+)/.exec(src) ?? []
  return TRAINS.find((train) => train === first) ?? 'endive'
}

export const TRAIN: Train = trainOf(script instanceof HTMLScriptElement ? script.src : '')

export function isBefore(train: Train): boolean {
  return TRAINS.indexOf(TRAIN) < TRAINS.indexOf(train)
}
