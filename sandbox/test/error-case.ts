// The shape of one row of the error table, and its line in the README.

export interface ErrorCase {
  title: string
  /**
   * Method and path; {held}, {paid}, {fresh}, {refunded}, {lost}, {processing} stand for payments
   * in that state.
   */
  call: string
  form?: string
  key?: string | null
  status: number
  type: string
  code?: string
  param?: string
}

export function tableRow({ title, status, type, code, param }: ErrorCase): string {
  return `| ${title} | ${status} | ${type} | ${code ?? ''} | ${param ?? ''} |`
}
