export function NewShowPage() { return null }
export function EditShowPage() { return null }
