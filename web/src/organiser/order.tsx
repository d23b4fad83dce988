export function OrganiserOrderPage() { return null }
