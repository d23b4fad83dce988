// Whether an answer fits its question. Pure.
import { type Answer, isVisible, type Question, questionLimits } from '@holdfast/contract'

/** As it is kept: without spaces around it, and null where nothing is to be seen. */
export function tidyAnswer(answer: Answer): Answer | null {
  if (typeof answer === 'string') return isVisible(answer) ? answer.trim() : null
  return Array.isArray(answer) && answer.length === 0 ? null : answer
}

/** Why an answer does not fit, or null. What was chosen before stays when its choice goes. */
export function refuseAnswer({ kind, choices = [] }: Question, answer: Answer): string | null {
  switch (kind) {
    case 'text':
      if (typeof answer !== 'string' || /[\r\n]/.test(answer)) return 'the answer must be text on one line'
      return answer.length > questionLimits.text ? `at most ${questionLimits.text} characters` : null
    case 'long_text':
      return typeof answer === 'string' ? null : 'the answer must be text'
    case 'choice':
      return typeof answer === 'string' && choices.includes(answer) ? null : 'choose one of the choices'
    case 'several':
      if (!Array.isArray(answer) || !answer.every((each) => choices.includes(each)))
        return 'the answer must be a list of choices'
      return new Set(answer).size === answer.length ? null : 'a choice is named twice'
    case 'yes_no':
      return typeof answer === 'boolean' ? null : 'the answer must be true or false'
    case 'number':
      return typeof answer === 'number' && Number.isFinite(answer) ? null : 'the answer must be a number'
    case 'date':
      return typeof answer === 'string' && isDay(answer)
        ? null
        : 'the answer must be a date such as 2031-05-01'
  }
}

/** A day that exists. */
function isDay(text: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (day === '') return false
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(day))
  return Number(year) >= 1000 && new Date(atMs).toISOString().startsWith(text)
}
