// What may be asked for as an id. A correlation id may be anything that a request brought, and rows
// of before may name orders of strangers.

export const isId = (text: string): boolean => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text)
