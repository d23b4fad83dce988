// Where a guest's tickets go.
import { useTranslations } from 'use-intl'
import { useSendsMail } from '../../api/sends-mail.ts'
import { Field } from '../../parts/basics.tsx'

/** The address of a guest. A shop that sends no mail does not promise one. */
export function EmailField({
  value,
  isMissing,
  change,
}: {
  readonly value: string
  readonly isMissing: boolean
  readonly change: (value: string) => void
}) {
  const t = useTranslations('buy')
  const sendsMail = useSendsMail()
  return (
    <Field
      label={t('email')}
      hint={t(sendsMail ? 'emailHint' : 'emailHintWithoutMail')}
      error={isMissing ? t('emailMissing') : undefined}
      input={{
        type: 'email',
        autoComplete: 'email',
        required: true,
        value,
        onChange: (event) => change(event.target.value),
      }}
    />
  )
}
