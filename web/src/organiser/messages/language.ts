// What organisers and those at the door read.
import { withTexts } from '../../parts/more-texts.tsx'
import type organiserEn from './en.json'

export const forOrganisers = withTexts(
  'organiser',
  import.meta.glob<typeof organiserEn>('./*.json', { import: 'default' }),
)
