// What operators read.
import { withTexts } from '../../parts/more-texts.tsx'
import type opsEn from './en.json'

export const forOperators = withTexts(
  'ops',
  import.meta.glob<typeof opsEn>('./*.json', { import: 'default' }),
)
