// The rules of organisations: who may change its members, and what an organisation looks like. Pure.
import type { Role } from '@holdfast/contract'

export interface KnownMember {
  readonly userId: string
  readonly role: Role
}

export interface MemberChange {
  readonly userId: string
  /** Who asks. */
  readonly by: string
  /** What the member becomes; null: they leave. */
  readonly role: Role | null
}

export type MemberRejection = 'role_missing' | 'member_unknown' | 'last_owner'

/** Why a change is refused, or null. `members` are those at this moment, with no other change under way. */
export function refuseMemberChange(
  members: readonly KnownMember[],
  { userId, by, role }: MemberChange,
): MemberRejection | null {
  const isOwner = members.some((member) => member.userId === by && member.role === 'owner')
  const leaves = role === null && userId === by
  if (!isOwner && !leaves) return 'role_missing'
  const member = members.find((each) => each.userId === userId)
  if (!member) return 'member_unknown'
  const owners = members.filter((each) => each.role === 'owner')
  const isLast = member.role === 'owner' && owners.length === 1
  return isLast && role !== 'owner' ? 'last_owner' : null
}

/** Of text in small print, by the Web Content Accessibility Guidelines. */
const leastContrast = 4.5

/** How bright a colour `#rrggbb` is, from 0 to 1. */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Whether white text on this colour can be read. */
export const isReadable = (colour: string): boolean => 1.05 / (luminanceOf(colour) + 0.05) >= leastContrast
