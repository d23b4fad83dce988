// `holdfast doctor`: what is wrong with the set-up, each with its cure.
import type { Context, Result } from '../output.ts'
import type { Check } from './check.ts'
import { examine } from './checks.ts'
import { gather } from './gather.ts'

const marks = { ok: 'ok     ', warning: 'warning', wrong: 'WRONG  ' } as const

export async function doctorCommand({ config }: Context): Promise<Result> {
  const checks = examine(await gather(config))
  const wrong = checks.filter(({ level }) => level === 'wrong').length
  const warnings = checks.filter(({ level }) => level === 'warning').length
  return {
    code: wrong === 0 ? 0 : 1,
    text: [...checks.map(toLine), '', `${wrong} wrong, ${warnings} warnings`].join('\n'),
    json: { checks, wrong, warnings },
  }
}

const toLine = ({ name, level, found, cure }: Check) =>
  `${marks[level]}  ${name.padEnd(18)}  ${found}${cure === '' ? '' : `\n${' '.repeat(29)}${cure}`}`
