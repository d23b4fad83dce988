// What owners read of their organisation. The only place that knows these paths.
import type {
  CurrentDevice,
  DeviceView,
  InvitationView,
  MemberView,
  OrganisationTokenView,
  OrganisationView,
} from '@holdfast/contract'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { PageOf } from '../../api/queries.ts'

export const housePath = (id: string, rest = '') => `/api/organisations/${id}${rest}`

export const housesQuery = queryOptions({
  queryKey: ['organisations'],
  queryFn: async ({ signal }) =>
    (await call<PageOf<OrganisationView>>('/api/organisations', { signal })).items,
})

const listQuery = <Item>(id: string, what: 'members' | 'invitations' | 'tokens' | 'devices') =>
  queryOptions({
    queryKey: ['organisation', id, what],
    queryFn: async ({ signal }) => (await call<PageOf<Item>>(housePath(id, `/${what}`), { signal })).items,
  })
export const membersQuery = (id: string) => listQuery<MemberView>(id, 'members')
export const invitationsQuery = (id: string) => listQuery<InvitationView>(id, 'invitations')
export const tokensQuery = (id: string) => listQuery<OrganisationTokenView>(id, 'tokens')
export const devicesQuery = (id: string) => listQuery<DeviceView>(id, 'devices')

export const deviceQuery = queryOptions({
  queryKey: ['current-device'],
  queryFn: async ({ signal }) => (await call<CurrentDevice>('/api/devices/current', { signal })).device,
})
