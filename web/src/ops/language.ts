// What operators read.
import { withTexts } from '../parts/more-texts.tsx'
import type opsEn from './messages/en.json'

export const forOperators = withTexts(
  'ops',
  import.meta.glob<typeof opsEn>('./messages/*.json', { import: 'default' }),
)
