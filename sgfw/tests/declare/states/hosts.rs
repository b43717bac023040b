//! Instances and interfaces: some of this host, some elsewhere, some held by instances.

use super::Maker;
use sgfw::inventory::{
    Attachment, AttachmentId, GroupId, Instance, InstanceId, InstanceState, InterfaceId, LocalDevice, Network,
    NetworkInterface, Scope, SubnetId,
};
use sgfw::model::{Device, Hook, IcmpErrors, NeverFiltered, Side, Timeouts};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

impl Maker {
    pub(super) fn hosts(&mut self) {
        let mut places: Vec<(Scope, Network)> =
            self.state.groups.values().map(|it| (it.scope.clone(), it.network.clone())).collect();
        places.sort();
        places.dedup();
        for (scope, network) in places {
            for _ in 0..self.random.below(3) {
                self.instance(&scope, &network);
            }
            for number in 0..self.random.below(4) {
                self.interface(&scope, &network, u8::try_from(number).unwrap());
            }
        }
    }

    fn instance(&mut self, scope: &Scope, network: &Network) {
        let state = self.random.pick(&[InstanceState::Running, InstanceState::Stopped, InstanceState::Terminated]);
        let instance = Instance {
            id: InstanceId::from_number(self.number()),
            scope: scope.clone(),
            network: network.clone(),
            state,
            launched: self.time(),
            tags: self.tags(),
            owner: self.owner(),
        };
        self.state.instances.insert(instance.id.clone(), Arc::new(instance));
    }

    fn interface(&mut self, scope: &Scope, network: &Network, number: u8) {
        let subnet = self.subnet(network);
        let addresses = match &subnet {
            Some((_, base)) => vec![IpAddr::V4(Ipv4Addr::from(u32::from(*base) + 10 + u32::from(number)))],
            None => {
                // Each its own: EC2-Classic is one network for all accounts.
                let own = u8::try_from(self.state.interfaces.len()).unwrap();
                vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, own)), IpAddr::V4(Ipv4Addr::new(192, 0, 3, own))]
            }
        };
        let id = InterfaceId::from_number(self.number());
        let attachment = self.attachment(scope, network);
        let interface = NetworkInterface {
            scope: scope.clone(),
            network: network.clone(),
            subnet: subnet.map(|(id, _)| id),
            name: self.random.chance(50).then(|| format!("i-{}", &id.as_str()[4..])),
            description: self.words(),
            addresses,
            groups: self.memberships(scope, network),
            source_dest_check: self.random.chance(70),
            timeouts: Timeouts { tcp_established: self.random.pick(&[60, 350, 432_000]), ..Timeouts::default() },
            attachment,
            device: self.random.chance(40).then(|| self.device(&id)),
            mac: [2, 0, 0, self.random.byte(), self.random.byte(), number],
            tags: self.tags(),
            owner: self.owner(),
            id: id.clone(),
        };
        self.state.interfaces.insert(id, Arc::new(interface));
    }

    fn subnet(&mut self, network: &Network) -> Option<(SubnetId, Ipv4Addr)> {
        let vpc = network.vpc()?;
        let subnet = self.state.subnets.values().find(|it| it.vpc == *vpc)?;
        Some((subnet.id.clone(), subnet.v4?.addr()))
    }

    fn memberships(&mut self, scope: &Scope, network: &Network) -> Vec<GroupId> {
        let usable: Vec<GroupId> = self
            .state
            .groups
            .values()
            .filter(|it| match network {
                Network::Vpc(vpc) => self.state.is_usable_in(it, vpc),
                Network::Classic => it.network == Network::Classic && it.scope == *scope,
            })
            .map(|it| it.id.clone())
            .collect();
        let first = self.random.below(usable.len());
        let count = 1 + self.random.below(3.min(usable.len()));
        (0..count).map(|number| usable[(first + number) % usable.len()].clone()).collect()
    }

    /// The next free place of an instance of the network.
    fn attachment(&mut self, scope: &Scope, network: &Network) -> Option<Attachment> {
        let instance =
            self.state.instances.values().find(|it| (&it.scope, &it.network) == (scope, network))?.id.clone();
        let index = u32::try_from(self.state.interfaces_of(&instance).len()).unwrap();
        self.random.chance(60).then(|| Attachment {
            id: AttachmentId::from_number(self.number()),
            instance,
            index,
            since: self.time(),
            delete_on_termination: self.random.chance(50),
        })
    }

    fn device(&mut self, id: &InterfaceId) -> LocalDevice {
        let on = |maker: &mut Self| maker.random.chance(80);
        LocalDevice {
            device: Device::Named(format!("d{}", &id.as_str()[8..])),
            netns: self.random.chance(30).then(|| "blue".into()),
            side: self.random.pick(&[Side::Host, Side::Port]),
            hook: self.random.pick(&[Hook::Auto, Hook::Tc, Hook::Xdp, Hook::XdpGeneric]),
            trunk: self.random.chance(30),
            never_filtered: NeverFiltered {
                arp: on(self),
                neighbour_discovery: on(self),
                dhcp: on(self),
                multicast_control: on(self),
            },
            icmp_errors: self.random.pick(&[IcmpErrors::Related, IcmpErrors::Strict]),
            ethertypes: (0..self.random.below(3)).map(|_| self.random.pick(&[0x88cc, 0x8863, 0x9000])).collect(),
        }
    }
}
