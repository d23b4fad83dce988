// Who may operate the shop: the one place that decides it. To everybody else the operator's routes
// are not there.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { normaliseEmail } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { ProblemError } from './problem.ts'
import type { Principal } from './sessions.ts'

/**
 * Written by the demo when it makes its organiser; readable to nobody but whoever may read the data
 * directory.
 */
export const demoAccountFile = 'demo-organiser.json'

/** What of the configuration decides it. */
export interface OperatorsConfig {
  readonly operators: readonly string[]
  readonly demo: boolean
  readonly processor: { readonly kind: string }
  readonly dataDirectory: string
}

/** Gives the operator who asks, or answers as if the route did not exist. */
export type RequireOperator = (request: FastifyRequest) => Promise<Principal>

/** The demo's organiser operates a shop with no real money that names no operators. */
export function mayDemoOperate({ operators, demo, processor }: OperatorsConfig): boolean {
  return operators.length === 0 && demo && processor.kind === 'sandbox'
}

export function makeRequireOperator(config: OperatorsConfig): RequireOperator {
  const mayBeDemo = mayDemoOperate(config)
  let demoId: string | null = null

  /** By id and not by address: an address that the demo has not taken could be anybody's. */
  const isDemoOrganiser = async ({ id }: Principal): Promise<boolean> => {
    if (!mayBeDemo) return false
    demoId ??= await readDemoId(config.dataDirectory)
    return demoId === id
  }

  return async ({ principal }) => {
    const isAccount = principal?.kind === 'user'
    const listed = isAccount && config.operators.includes(normaliseEmail(principal.email))
    if (!isAccount || !(listed || (await isDemoOrganiser(principal)))) throw new ProblemError('route_unknown')
    return principal
  }
}

export async function readDemoId(directory: string): Promise<string | null> {
  const text = await readFile(join(directory, demoAccountFile), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    },
  )
  if (text === null) return null
  const account = JSON.parse(text) as { id?: unknown }
  return typeof account.id === 'string' ? account.id : null
}
