window.slidesAreThere = true;
