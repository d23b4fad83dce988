// What buyers read once they have an order, or follow a link in a mail.
import { withTexts } from '../../parts/more-texts.tsx'
import type buyersEn from './en.json'

export const forBuyers = withTexts(
  'buyers',
  import.meta.glob<typeof buyersEn>('./*.json', { import: 'default' }),
)
