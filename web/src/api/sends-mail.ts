// Whether emails reach people here.
import { useQuery } from '@tanstack/react-query'
import { shopConfigQuery } from './queries.ts'

/** Until the shop has answered, it says yes. */
export const useSendsMail = (): boolean => useQuery(shopConfigQuery).data?.sendsMail !== false
