// What the provider needs is too much for an address.
document.forms[0].submit();
