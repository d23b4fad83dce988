// The program that draws documents: a process of its own, so that a thousand PDFs slow no sale. It
// is told what to draw and gives the bytes back; it reads fonts and nothing else.
import { draw, type PaperRequest } from './papers.ts'

export interface DrawingJob {
  readonly id: number
  readonly request: PaperRequest
}
export type Drawn =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly failure: string }

// Whoever asked may be gone: then there is nobody to tell, and nothing more to draw.
const answer = (drawn: Drawn) => process.send?.(drawn, undefined, {}, (error) => error && process.exit(0))

process.on('message', ({ id, request }: DrawingJob) => {
  draw(request).then(
    (bytes) => answer({ id, bytes }),
    (error: Error) => answer({ id, failure: error.message }),
  )
})
process.on('disconnect', () => process.exit(0))
