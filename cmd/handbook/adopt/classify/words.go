package classify

import (
	"regexp"
	"strings"
)

// commandWords are the first words of commands in labs.
var commandWords = set(`
docker docker-compose docker-machine dockerd docker-slim buildctl podman buildah skopeo nerdctl ctr crictl runc dive trivy
kubectl kubeadm minikube kind k3d k3s helm kustomize oc istioctl terraform ansible ansible-playbook vagrant packer
git gh hub svn curl wget http https ping ping6 traceroute dig nslookup host nc ncat netcat telnet ssh scp sftp ssh-keygen ssh-copy-id rsync openssl gpg
ls ll cd pwd mkdir rmdir rm cp mv ln touch cat tac head tail less more tee echo printf grep egrep fgrep awk sed cut sort uniq wc tr find xargs file stat du df tree diff patch
chmod chown chgrp chroot chattr umask id whoami groups su sudo useradd usermod userdel groupadd adduser addgroup passwd newgrp hostname hostnamectl uname uptime date cal time env export unset set source alias unalias eval exec exit logout clear history which whereis type command help man info
ps top htop kill killall pkill pgrep jobs fg bg nohup wait sleep watch seq yes true false test free vmstat iostat lsof strace ltrace nsenter unshare mount umount lsblk fdisk mkfs dd losetup sysctl modprobe lsmod dmesg journalctl systemctl service chkconfig update-rc.d update-alternatives
ip ifconfig route netstat ss iptables nft brctl bridge tc ethtool arp tcpdump nmap iperf iperf3 ab hey wrk siege
apt apt-get apt-cache apt-key add-apt-repository dpkg dpkg-reconfigure yum dnf rpm apk zypper pacman brew snap flatpak choco scoop winget
python python2 python3 pip pip3 pipenv poetry virtualenv venv conda uv pytest flask django-admin gunicorn uvicorn node nodejs npm npx yarn pnpm nvm deno bun
go java javac mvn ./mvnw gradle ./gradlew ruby gem bundle bundler rails rake php composer perl rustc cargo gcc g++ make cmake ninja dotnet
mysql mysqldump mysqladmin psql pg_dump createdb pg_isready redis-cli redis-server redis-benchmark mongo mongosh mongod mongoimport sqlite3 etcdctl consul vault nomad
tar zip unzip gzip gunzip bzip2 xz base64 md5sum sha1sum sha256sum shasum hexdump xxd od strings jq yq bc expr
vi vim nano emacs code gedit subl open xdg-open start notepad
bash sh zsh ash dash fish tmux screen script expect timeout trap ulimit read shift return local declare typeset readonly pushd popd let nproc lscpu getent getenforce setenforce setcap getcap capsh cgexec cgcreate stress stress-ng fio cosign notary syft grype hadolint lynis
aws az gcloud eksctl doctl heroku ibmcloud bx fly flyctl vercel netlify firebase gsutil s3cmd
for while until if case function do done fi then else esac
make-ca locale locale-gen figlet cowsay lolcat fortune nginx apache2ctl httpd a2enmod certbot crontab at envsubst install mktemp realpath readlink basename dirname ssh-add ssh-agent visudo reboot shutdown poweroff
`)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// alsoProse are commands whose names may also begin sentences or lines of
// output.
var alsoProse = set(`cat top time make test watch find which less more kill help file host info at start open code set read service type wait help man install script yes true false sort cut history local return exit stat date id go at node python ruby perl php java nginx redis mysql mongo httpd if for while until case function do done then else fi command info screen expect let tree bridge source groups strings hub kind test hey route`)

// dockerVerbs are docker's subcommands. A line that begins with "docker" and
// one of these is a command, not a sentence.
var dockerVerbs = set(`attach build builder buildx checkpoint commit compose config container context cp create diff events exec export help history image images import info init inspect kill load login logout logs machine manifest network node pause plugin port ps pull push rename restart rm rmi run save scan scout sbom search secret service stack start stats stop swarm system tag top trust unpause update version volume wait app debug desktop model mcp sandbox`)

// Known reports whether a word is the name of a command.
func Known(word string) bool {
	word = strings.TrimSpace(word)
	return commandWords[word] || strings.HasPrefix(word, "./") && len(word) > 2 || strings.HasPrefix(word, "/usr/") || strings.HasPrefix(word, "/bin/")
}

var (
	assignRE = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"']*)`)
	lastly   = regexp.MustCompile(`\s+#.*$`)
	tableGap = regexp.MustCompile(`\S {3,}\S|\t`)
	sentence = regexp.MustCompile(`^[A-Z][a-z]+ (?:[a-z]+ ){2,}`)
	proseEnd = regexp.MustCompile(`[a-z][.:!?]$`)
	flagRE   = regexp.MustCompile(`(?:^|\s)--?[A-Za-z]`)
	pathRE   = regexp.MustCompile(`(?:^|\s)[~./$]?[\w.-]*/[\w./-]*|\$\{?\w|["'|>&]`)
	synopsis = regexp.MustCompile(`(?:^|[\s\w])\[(?:OPTIONS?|options?|COMMAND|command|ARG\.\.\.|ARGS?\.\.\.|[A-Za-z_-]+\.\.\.|flags|FLAGS|SERVICE\.\.\.|:TAG\|@DIGEST\]?|:TAG|[A-Z_]{3,}(?:\|[A-Z_]+)?)\](?:\s|$)|\b(?:COMMAND|SUBCOMMAND|OPTIONS) [A-Z\[]|<[Oo]ptions>|\[[Oo]ption`)
)

// isCommand reports whether a line looks like a command, and whether it
// certainly is one.
func isCommand(line string) (is, sure bool) {
	line = strings.TrimSpace(line)
	for strings.HasPrefix(line, "sudo ") || strings.HasPrefix(line, "time ") || strings.HasPrefix(line, "! ") {
		_, line, _ = strings.Cut(line, " ")
		line = strings.TrimLeft(line, " -EHu")
	}
	if a := assignRE.FindString(line); a != "" {
		rest := strings.TrimSpace(line[len(a):])
		if rest == "" {
			return true, false
		}
		line = rest
	}
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return false, false
	}
	word, rest := strings.TrimSuffix(fields[0], ";"), strings.TrimSpace(strings.TrimPrefix(line, fields[0]))
	if !Known(word) {
		return false, false
	}
	if tableGap.MatchString(lastly.ReplaceAllString(line, "")) && !strings.ContainsAny(line, `"'\$`) && !flagRE.MatchString(line) && word != "docker" {
		return false, false // a row of a table: "python   2.7   1c32174fd534"
	}
	switch word {
	case "docker":
		if len(fields) == 1 {
			return true, false
		}
		verb := strings.Trim(fields[1], ";")
		return dockerVerbs[verb] || strings.HasPrefix(verb, "-"), dockerVerbs[verb]
	case "docker-compose", "kubectl", "git", "curl", "wget", "mkdir", "cd", "apt-get", "sudo", "export", "npm", "pip", "pip3":
		return len(fields) > 1 || word == "cd", len(fields) > 1 && !proseEnd.MatchString(line)
	}
	if alsoProse[word] {
		return rest == "" && len(fields) == 1 && word != "if" || flagRE.MatchString(rest) || pathRE.MatchString(rest) || len(fields) == 2 && !proseEnd.MatchString(line), false
	}
	return !proseEnd.MatchString(line) || flagRE.MatchString(rest), flagRE.MatchString(rest)
}

// IsCommand reports whether a line looks like a command.
func IsCommand(line string) bool {
	is, _ := isCommand(line)
	return is && outputLine(line) == ""
}
