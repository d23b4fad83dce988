// Announces an update together with what was there before; one that changed nothing is no event.
import { changesOf } from '../core/changes.ts'
import type { Unit } from '../store/unit.ts'

export function announceUpdate(unit: Unit, type: string, before: object, after: object): void {
  const previous = changesOf(before, after)
  if (previous !== undefined) unit.emit(type, after, previous)
}
