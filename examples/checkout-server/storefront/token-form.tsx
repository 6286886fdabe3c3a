import { FACTS } from './facts.ts';
import { keepToken } from './shop-api.ts';

/** Asks for tokens where the shop has its own. They are kept for this tab, and go nowhere but to this server. */
export function TokenForm({ onDone }: { readonly onDone: () => void }) {
  return (
    <form
      class="card form narrow"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        keepToken('customer', String(given.get('customer')));
        if (FACTS.admin_token === undefined) keepToken('admin', String(given.get('admin')));
        onDone();
        location.reload();
      }}
    >
      <h2>This shop has tokens of its own</h2>
      <label class="field">
        A customer's token
        <input name="customer" type="password" required autocomplete="off" />
      </label>
      {FACTS.admin_token === undefined && (
        <label class="field">
          The administrator's token, to break things
          <input name="admin" type="password" autocomplete="off" />
        </label>
      )}
      <button type="submit" class="primary">
        Go on
      </button>
    </form>
  );
}
