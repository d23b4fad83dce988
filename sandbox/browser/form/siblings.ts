// How the frames of one card that is typed in several places find each other: a channel of the
// sandbox's own origin. The page around them knows the channel's name but, being of another origin,
// cannot listen to it.
import type { Field } from '../protocol.ts'
import { randomName } from '../random.ts'
import type { Brand } from './card.ts'

type Word =
  | { is: 'brand'; brand: Brand }
  | { is: 'question'; id: string; field: Field; brand: Brand }
  | { is: 'answer'; id: string; value: string; problem: string | undefined }

export interface Siblings {
  tellBrand(brand: Brand): void
  /**
   * What was typed there; `problem` is the code of what is wrong with it beside a number of this
   * brand.
   */
  read(field: Field, brand: Brand): Promise<{ value: string; problem: string | undefined }>
}

const PATIENCE_MS = 3000

export function makeSiblings(
  group: string,
  own: {
    answer(field: Field): { value: string; problem: string | undefined } | undefined
    brandChanged(brand: Brand): void
  },
): Siblings {
  const channel = new BroadcastChannel(`holdfast-${group}`)
  // A channel has no target: it reaches its own origin only.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const say = (word: Word): void => channel.postMessage(word)
  const waiting = new Map<string, (answer: { value: string; problem: string | undefined }) => void>()
  channel.addEventListener('message', ({ data }: MessageEvent<Word>) => {
    if (data.is === 'brand') own.brandChanged(data.brand)
    if (data.is === 'question') {
      // A frame that loaded after the number was typed has not heard of its brand.
      own.brandChanged(data.brand)
      const answer = own.answer(data.field)
      if (answer !== undefined) say({ is: 'answer', id: data.id, ...answer })
    }
    if (data.is === 'answer') {
      waiting.get(data.id)?.(data)
      waiting.delete(data.id)
    }
  })
  return {
    tellBrand: (brand) => say({ is: 'brand', brand }),
    read(field, brand) {
      const id = randomName()
      return new Promise((resolve) => {
        waiting.set(id, resolve)
        // A frame that is still loading cannot answer; to the buyer its field is simply empty.
        setTimeout(() => resolve({ value: '', problem: `incomplete_${field}` }), PATIENCE_MS)
        say({ is: 'question', id, field, brand })
      })
    },
  }
}
