// Small things kept for the next visit. Storage may be missing, forbidden or full: they then last
// as long as the page.

const kept = new Map<string, string>()

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? kept.get(name) ?? null
  } catch {
    return kept.get(name) ?? null
  }
}

export function remember(name: string, value: string): void {
  kept.set(name, value)
  try {
    localStorage.setItem(name, value)
  } catch {
    // Kept above.
  }
}
