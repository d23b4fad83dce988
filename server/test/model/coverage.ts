// What an exploration reached: states, transitions, commands, facts and rejections, by name.
export class Coverage {
  readonly #seen = new Map<string, Set<string>>()

  see(kind: string, name: string): void {
    let names = this.#seen.get(kind)
    if (!names) this.#seen.set(kind, (names = new Set()))
    names.add(name)
  }

  /** What was reached of a kind, sorted. */
  of(kind: string): string[] {
    return [...(this.#seen.get(kind) ?? [])].toSorted()
  }

  kinds(): string[] {
    return [...this.#seen.keys()].toSorted()
  }

  add(other: Coverage): void {
    for (const [kind, names] of other.#seen) for (const name of names) this.see(kind, name)
  }
}
