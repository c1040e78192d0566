(()=>{const r=document.documentElement;r.classList.add("js");try{const t=localStorage.getItem("hb-theme");if(t==="light"||t==="dark")r.dataset.theme=t}catch{}})()
