document.getElementById("sign-out").onclick = () => xsRouter.signOut("?siteId=3");
