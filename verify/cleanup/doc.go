// Package cleanup makes the commands that remove what a lab has left on its
// machine.
//
// An Inventory is what there is on a machine. The one from before the lab is
// taken away from the one after it (Since); what is left then is removed by
// name, with the commands that a reader would type. Each reader's computer
// gives other names to some things: to containers without a name, anonymous
// volumes, images that have lost their name. Commands that remove these, or
// that remove what saves time the next time, such as base images, are choices:
// they may also remove what is not the lab's.
//
// Files are removed by name within the lab's directory only.
package cleanup
