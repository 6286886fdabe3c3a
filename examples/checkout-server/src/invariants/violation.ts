/** Something that must not be. `invariant` is the name of a rule: M money, S stock, H history, L liveness, E effects. */
export interface Violation {
  readonly invariant: string;
  readonly order_id?: string;
  readonly detail: string;
}
